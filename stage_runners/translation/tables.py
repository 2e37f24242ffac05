"""A translation as artifacts: segments that are sentences, words with times, and what is said of the lines that look wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from stage_runners.text.iso639 import same_language
from stage_runners.translation.quality_checks import SAID
from stage_runners.translation.sentences import Sentence, Spoken
from stage_runners.translation.spread_times import spread

_SHOWN = 10
"""Marked lines that are named with their times."""
_SEGMENT = ("id", "start", "end", "text", "language", "speaker")
_WORD = ("segment", "text", "space", "start", "end", "method", "speaker", "overlap")


def tables(
    spoken: Sequence[Sentence], texts: Sequence[str | None], target: str
) -> dict[str, dict[str, list[Any]]]:
    """Columns of `segments` and `words`; a sentence without a text has neither. Starts never fall."""
    segments: list[tuple[Any, ...]] = []
    words: list[tuple[Any, ...]] = []
    clock = 0.0
    kept = [(sentence, text) for sentence, text in zip(spoken, texts, strict=True) if text]
    for number, (sentence, text) in enumerate(kept):
        following = kept[number + 1][0].start if number + 1 < len(kept) else sentence.end
        segments.append((number, sentence.start, sentence.end, text, target, sentence.speaker))
        for start, end, row in _words(sentence, text, target, number):
            # where voices overlap, the next sentence may begin before this one's last word
            clock = max(clock, min(start, max(following, sentence.start)))
            words.append((*row[:3], clock, max(clock, end), *row[3:]))
    return {"segments": _columns(segments, _SEGMENT), "words": _columns(words, _WORD)}


def _words(
    sentence: Sentence, text: str, target: str, number: int
) -> list[tuple[float, float, tuple[Any, ...]]]:
    """Start, end and the rest of every word's row."""
    if same_language(sentence.language, target):
        return [
            (w.start, w.end, (number, w.text, w.space, _method(w), w.speaker, w.overlap))
            for w in sentence.words
        ]
    found = []
    for placed in spread(sentence.words, text):
        under = any(w.overlap and w.start < placed.end and placed.start < w.end for w in sentence.words)
        row = (number, placed.text, placed.space, "translated", sentence.speaker, under)
        found.append((placed.start, placed.end, row))
    return found


def _method(word: Spoken) -> str:
    """How the word's time was found; one without had it put between its neighbours here."""
    return "interpolated" if word.method == "none" else word.method


def _columns(rows: Sequence[tuple[Any, ...]], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [row[k] for row in rows] for k, name in enumerate(names)}


def lines_marked(marked: Sequence[tuple[float, Sequence[str]]]) -> dict[str, Any]:
    """The fact `lines_marked` of (seconds, names of faults): how many, by what, and the first of them."""
    by = Counter(SAID[fault] for _, faults in marked for fault in faults)
    first = [
        {"time": round(time, 2), "fault": ", ".join(SAID[f] for f in faults)}
        for time, faults in marked[:_SHOWN]
    ]
    return {"count": len(marked), "by": dict(by), "first": first}
