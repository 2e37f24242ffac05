"""Forced alignment of English with pocketsphinx, by pronunciation; unreliable times are discarded."""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from ipc.artifacts import Audio
from stage_runners.alignment import confidence, g2p, spoken_text
from stage_runners.alignment.aligner import Aligner, Word
from stage_runners.alignment.pieces import Aligned, Piece
from stage_runners.alignment.sphinx import Sphinx

METHOD = "pocketsphinx"
LANGUAGES: frozenset[str] | None = frozenset({"en"})
FAMILIES: tuple[str, ...] = ()


def missing() -> str:
    """The package, or the pronunciations of words that are in no dictionary."""
    if find_spec("pocketsphinx") is None:
        return "this Python has no pocketsphinx"
    if not g2p.available():
        return "the pronunciations of g2p_en are not there or not those that were measured"
    return ""


def load(params: Mapping[str, Any], device: str) -> Aligner:  # noqa: ARG001 - the interface's
    """Its own acoustic model and dictionary."""
    return PocketsphinxAligner(Sphinx())


class PocketsphinxAligner:
    """See `stage_runners.alignment.aligner.Aligner`."""

    def __init__(self, sphinx: Sphinx) -> None:
        self._sphinx = sphinx
        self._film: weakref.ref[Audio] | None = None

    def align(
        self,
        audio: Audio,
        piece: Piece,
        words: Sequence[Word],
        language: str,  # noqa: ARG002 - English
    ) -> list[Aligned | None]:
        """Times from the sound; None for a word whose neighbourhood does not match."""
        if self._film is None or self._film() is not audio:
            self._sphinx.begin()
            self._film = weakref.ref(audio)
        texts = [word.text for word in words]
        spoken = [
            spoken_text.spoken(text, self._sphinx.in_dictionary, after)
            for text, after in zip(texts, [*texts[1:], ""], strict=True)
        ]
        sounds = sounds_of(self._sphinx, audio, spoken, piece)
        nats = confidence.neighbourhood(sounds)
        return [
            Aligned(sound.start, sound.end, confidence.score(near))
            if sound is not None and confidence.trusted(near, sound.start, word.start)
            else None
            for sound, near, word in zip(sounds, nats, words, strict=True)
        ]


def sounds_of(
    sphinx: Sphinx, audio: Audio, spoken: Sequence[Sequence[str]], piece: Piece
) -> list[confidence.Sound | None]:
    """The sound of each written word, from the dictionary words of its pronunciation."""
    pronounced = [word for part in spoken for word in part]
    if not pronounced:
        return [None] * len(spoken)
    sphinx.learn(pronounced)
    rate = audio.sample_rate
    aligned = sphinx.align(audio.samples[round(piece.start * rate) : round(piece.end * rate)], pronounced)
    if aligned is None:
        return [None] * len(spoken)
    sounds: list[confidence.Sound | None] = []
    at = 0
    for part in spoken:
        spans = aligned[at : at + len(part)]
        at += len(part)
        if not spans:
            sounds.append(None)
            continue
        start, end = spans[0].start + piece.start, spans[-1].end + piece.start
        sounds.append(confidence.Sound(start, end, sum(o.nats for o in spans), sum(o.frames for o in spans)))
    return sounds
