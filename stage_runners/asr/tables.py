"""The tables `segments` and `words`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stage_runners.asr.segments import Line

_SEGMENT = (
    "id", "start", "end", "text", "language", "language_probability", "avg_logprob", "no_speech_prob",
    "compression_ratio", "temperature", "confidence",
)  # fmt: skip
_WORD = ("segment", "text", "space", "start", "end", "probability", "method", "overlap")


def tables(lines: Sequence[Line], probability: float | None, method: str) -> dict[str, dict[str, list[Any]]]:
    """The columns of both tables.

    `probability` is that of the film's language, for lines without one; `method` is the method of word times.
    """
    segments: list[dict[str, Any]] = []
    words: list[dict[str, Any]] = []
    for number, line in enumerate(lines):
        segments.append(_segment(number, line, probability))
        words.extend(
            {
                "segment": number,
                "text": word.text,
                "space": word.space,
                "start": word.start,
                "end": word.end,
                "probability": word.probability,
                "method": method,
                "overlap": False,
            }
            for word in line.words
        )
    return {"segments": _columns(segments, _SEGMENT), "words": _columns(words, _WORD)}


def _segment(number: int, line: Line, probability: float | None) -> dict[str, Any]:
    read = line.read
    return {
        "id": number,
        "start": line.span.start,
        "end": line.span.end,
        "text": line.text,
        "language": read.language,
        "language_probability": probability
        if read.language_probability is None
        else read.language_probability,
        "avg_logprob": read.avg_logprob,
        "no_speech_prob": read.no_speech_prob,
        "compression_ratio": read.compression_ratio,
        "temperature": 0.0,
        "confidence": line.probability,
    }


def _columns(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in names}
