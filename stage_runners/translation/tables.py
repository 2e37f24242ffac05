"""A translation as tables: segments that are sentences, words with times, and the fact about lines that look
wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from stage_runners.text.full_width import full_width, without_spaces
from stage_runners.text.iso639 import same_language
from stage_runners.translation.quality_checks import DESCRIBED
from stage_runners.translation.sentences import Sentence, TimedWord
from stage_runners.translation.spread_times import spread

_LISTED = 10
"""Marked lines that are listed with their times."""
_SEGMENT = ("id", "start", "end", "text", "language", "speaker")

Columns = Mapping[str, Sequence[object]]


class _Word(NamedTuple):
    """A row of `words`."""

    segment: int
    text: str
    space: bool
    start: float
    end: float
    method: str
    speaker: str | None
    overlap: bool


def tables(spoken: Sequence[Sentence], texts: Sequence[str | None], target: str) -> dict[str, Columns]:
    """Columns of `segments` and `words`; a sentence without a text has neither. Starts never fall."""
    segments: list[tuple[object, ...]] = []
    words: list[_Word] = []
    clock = 0.0
    lines = [(one, _written(one, text, target)) for one, text in zip(spoken, texts, strict=True) if text]
    for number, (sentence, text) in enumerate(lines):
        following = lines[number + 1][0].start if number + 1 < len(lines) else sentence.end
        segments.append((number, sentence.start, sentence.end, text, target, sentence.speaker))
        for word in _words(sentence, text, target, number):
            # Where speakers overlap, the next sentence may begin before this one's last word.
            clock = max(clock, min(word.start, max(following, sentence.start)))
            words.append(word._replace(start=clock, end=max(clock, word.end)))
    return {"segments": _columns(segments, _SEGMENT), "words": _columns(words, _Word._fields)}


def _written(sentence: Sentence, text: str, target: str) -> str:
    """A translation with full-width punctuation if its language has it."""
    return text if same_language(sentence.language, target) else without_spaces(full_width(text, target))


def _words(sentence: Sentence, text: str, target: str, number: int) -> list[_Word]:
    """The words of a sentence's translation; its own, if it is in the target language."""
    if same_language(sentence.language, target):
        return [
            _Word(number, w.text, w.space, w.start, w.end, _method(w), w.speaker, w.overlap)
            for w in sentence.words
        ]
    rows = []
    for word in spread(sentence.words, text):
        under = any(w.overlap and w.start < word.end and word.start < w.end for w in sentence.words)
        place = (word.start, word.end)
        rows.append(_Word(number, word.text, word.space, *place, "translated", sentence.speaker, under))
    return rows


def _method(word: TimedWord) -> str:
    """How the word's time was made; one without a time was placed between its neighbours here."""
    return "interpolated" if word.method == "none" else word.method


def _columns(rows: Sequence[tuple[object, ...]], names: Sequence[str]) -> Columns:
    return {name: [row[k] for row in rows] for k, name in enumerate(names)}


def lines_marked(marked: Sequence[tuple[float, Sequence[str]]]) -> dict[str, object]:
    """The fact `lines_marked` of (seconds, names of faults): how many, how often each fault, and the first of
    them.
    """
    by = Counter(DESCRIBED[fault] for _, faults in marked for fault in faults)
    first = [
        {"time": round(time, 2), "fault": ", ".join(DESCRIBED[fault] for fault in faults)}
        for time, faults in marked[:_LISTED]
    ]
    return {"count": len(marked), "by": dict(by), "first": first}
