"""Forced alignment with pocketsphinx, its en-us model and dictionary (Huggins-Daines et al. 2006)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from stage_runners.alignment import g2p
from stage_runners.alignment.thresholds import SPHINX

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FRAME = 0.01
"""Seconds a frame."""


class Heard(NamedTuple):
    """An aligned dictionary word: seconds from the piece's start, and how well the sound matches.

    `nats` is the log-likelihood ratio to the best sound, summed over its frames: 0 is perfect.
    """

    word: str
    start: float
    end: float
    nats: float
    frames: int


class Sphinx:
    """A decoder with its dictionary.

    Words added to it stay: the same word always gets the same pronunciation. What it heard of a film before
    would change the scores of the next: see `begin`.
    """

    def __init__(self) -> None:
        from pocketsphinx import Config, Decoder

        # Zero beams keep every path: no word is lost in noise, a path always ends. All senones are scored,
        # so that a score is relative to the best. Batch normalisation is of each piece.
        self._decoder = Decoder(
            Config(
                lm=None, bestpath=False, beam=0.0, pbeam=0.0, wbeam=0.0, lw=SPHINX.language_weight,
                silprob=SPHINX.silence_probability,
                compallsen=True, cmn="batch", loglevel="FATAL",
            )
        )  # fmt: skip

    def begin(self) -> None:
        """Begin a film as a new process does. Without this its times depend on which film came before."""
        self._decoder.reinit_feat()

    def in_dictionary(self, word: str) -> bool:
        """Whether the dictionary has the word."""
        return bool(word) and self._decoder.lookup_word(word) is not None

    def learn(self, words: Sequence[str]) -> None:
        """Add a pronunciation of every word that the dictionary lacks."""
        new = [word for word in dict.fromkeys(words) if not self.in_dictionary(word)]
        for word in new:
            self._decoder.add_word(word, " ".join(self._phones(word)), False)
        if new:
            self._decoder.add_word(f"{new[0]}(learnt)", " ".join(self._phones(new[0])), True)

    def _phones(self, word: str) -> Sequence[str]:
        base, mark, suffix = word.partition("'")
        if mark and suffix in _SUFFIXES and self.in_dictionary(base):
            phones = self._decoder.lookup_word(base).split()
            return [*phones, *_SUFFIXES[suffix](phones[-1])]
        return g2p.pronounce(word) or ("AH",)

    def align(self, pcm: NDArray[np.int16], words: Sequence[str]) -> list[Heard] | None:
        """Times of `words`, all known, in int16 samples of shape (n,).

        None where they do not fit in at all.
        """
        decoder = self._decoder
        decoder.set_align_text(" ".join(words))
        decoder.start_utt()
        decoder.process_raw(pcm.tobytes(), full_utt=True)
        decoder.end_utt()
        words_found = [
            Heard(
                segment.word.partition("(")[0],
                segment.start_frame * _FRAME,
                (segment.end_frame + 1) * _FRAME,
                _nats(segment.ascore),
                segment.end_frame + 1 - segment.start_frame,
            )
            for segment in decoder.seg() or ()
            if not segment.word.startswith(("<", "["))
        ]
        return words_found if [heard.word for heard in words_found] == list(words) else None


def _nats(density: float) -> float:
    """Senone scores are kept shifted right by ten bits, and handed out as a density."""
    return math.log(density) * 1024 if density > 0 else -math.inf


def _plural(last: str) -> tuple[str, ...]:
    if last in {"S", "Z", "SH", "ZH", "CH", "JH"}:
        return ("IH", "Z")
    return ("S",) if last in {"P", "T", "K", "F", "TH"} else ("Z",)


_SUFFIXES: dict[str, Callable[[str], tuple[str, ...]]] = {
    "s": _plural,
    "ll": lambda _: ("AH", "L"),
    "d": lambda last: ("IH", "D") if last in {"T", "D"} else ("D",),
    "ve": lambda _: ("AH", "V"),
    "re": lambda _: ("ER",),
}
