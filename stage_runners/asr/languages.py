"""The film's language: requested by the user, or detected in several windows of speech."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from stage_runners.asr.thresholds import LANGUAGES
from stage_runners.recognition.recognizer import UNKNOWN, Encoded, Recognizer, Sound
from stage_runners.recognition.windows import Chunk


class Detected(NamedTuple):
    """The film's language, the probability of each language if measured, and the windows encoded for it."""

    language: str
    probability: Mapping[str, float]
    encoded: Mapping[Chunk, Encoded]


def detect(recognizer: Recognizer, sound: Sound, chunks: Sequence[Chunk]) -> Detected:
    """The language with the highest mean probability, weighted by speech, in windows throughout the film.

    Whisper looks at the first 30 s only, which are often a song or the name of a studio. A model of one
    language detects nothing; if the engine cannot detect languages, the result is `und`.
    """
    supported = recognizer.capabilities.languages
    if len(supported) == 1:
        return Detected(supported[0], {supported[0]: 1.0}, {})
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
