"""The film's language: the requested one, or the one that an engine detects in several windows of speech."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ipc.errors import StageError
from stage_runners.asr.recognizer import UNKNOWN, Encoded, Recognizer, Sound
from stage_runners.asr.thresholds import LANGUAGES
from stage_runners.asr.windows import Chunk


class Detected(NamedTuple):
    """The film's language, each one's probability where measured, and the windows encoded for it."""

    language: str
    probability: Mapping[str, float]
    encoded: Mapping[Chunk, Encoded]


def requested(language: str, supported: Sequence[str], model: str) -> str:
    """The code of a language that is asked for.

    `StageError("config")` where `model`, which writes the `supported` ones, cannot write it.
    """
    code = language.strip().lower().replace("_", "-").split("-")[0]
    if code in supported:
        return code
    if list(supported) == ["en"]:
        raise StageError(
            "config",
            f"{language}: the model {model} knows English only",
            "omit --language, or choose a model whose name does not end in .en",
        )
    raise StageError(
        "config",
        f"{language}: the model {model} does not know this language",
        f"it knows {', '.join(sorted(supported))}",
    )


def detect(recognizer: Recognizer, sound: Sound, chunks: Sequence[Chunk]) -> Detected:
    """The language with the highest probability.

    The mean over windows spread over the film, by seconds of speech.

    The first 30 s, which Whisper itself looks at, are often a song or a studio's name. A model of one
    language has nothing to detect; one that cannot detect leaves it open (`und`).
    """
    known = recognizer.capabilities.languages
    if len(known) == 1:
        return Detected(known[0], {known[0]: 1.0}, {})
    if recognizer.detector is None:
        return Detected(UNKNOWN, {}, {})
    total: dict[str, float] = {}
    looked = _spread(chunks)
    weights = sum(chunk.speech for chunk in looked)
    encoded: dict[Chunk, Encoded] = {}
    for chunk in looked:
        (encoded[chunk],) = recognizer.encode(sound, [chunk])
        (languages,) = recognizer.detector.in_windows([encoded[chunk]])
        for code, probability in languages.items():
            total[code] = total.get(code, 0.0) + probability * chunk.speech / weights
    return Detected(max(total, key=lambda code: (total[code], code)), total, encoded)


def _spread(chunks: Sequence[Chunk]) -> list[Chunk]:
    """The chunk with most speech of each fifth of the film."""
    share = max(1, -(-len(chunks) // LANGUAGES.windows))
    groups = [chunks[first : first + share] for first in range(0, len(chunks), share)]
    return [max(group, key=lambda chunk: chunk.speech) for group in groups]
