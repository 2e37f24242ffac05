"""Passages of subtitles beside the words that were recognised at their time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from ipc.rows import WordRow
from stage_runners.existing_subtitles.fitting import Line
from stage_runners.existing_subtitles.thresholds import AGREEMENT
from stage_runners.text.phonetics import core, folded


class Said(NamedTuple):
    """A word of subtitles: without the marks around it, and the times of its cue."""

    text: str
    form: str
    start: float
    end: float


class Passage(NamedTuple):
    """Cues without a long gap between them: their words, and the rows of the recognised ones there."""

    said: list[Said]
    rows: list[int]
    forms: list[str]

    def blocks(self) -> Sequence[tuple[str, int, int, int, int]]:
        """The differences from the recognised words to the subtitles', as `difflib` gives them."""
        theirs = [one.form for one in self.said]
        return SequenceMatcher(None, self.forms, theirs, autojunk=False).get_opcodes()


def passages(lines: Sequence[Line], words: Sequence[WordRow]) -> Iterator[Passage]:
    """The passages in order; words without a time are in none, and words of two passages in both."""
    timed = [
        (row["start"], row["end"] or row["start"], k)
        for k, row in enumerate(words)
        if row["start"] is not None
    ]
    timed.sort()  # segments overlap if each speaker has a track
    starts = [start for start, _, _ in timed]
    first = 0
    for group in _groups(lines):
        begin, end = group[0].start - AGREEMENT.around_s, max(one.end for one in group) + AGREEMENT.around_s
        while first < len(timed) and timed[first][1] < begin:
            first += 1
        rows = sorted(k for _, _, k in timed[first : bisect_right(starts, end)])
        kept = [(k, form) for k in rows if (form := folded(core(words[k]["text"])[1]))]
        yield Passage(list(_said(group)), [k for k, _ in kept], [form for _, form in kept])


def share_recognised(found: Sequence[Passage]) -> tuple[float, int]:
    """The share of the subtitles' words that were recognised at their time, and how many those are."""
    same = sum(b - a for one in found for op, a, b, _, _ in one.blocks() if op == "equal")
    return same / max(sum(len(one.said) for one in found), 1), same


def _groups(lines: Sequence[Line]) -> Iterator[list[Line]]:
    group: list[Line] = []
    for line in lines:
        if group and (line.start - group[-1].end > AGREEMENT.pause_s or len(group) >= AGREEMENT.most_cues):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _said(group: Sequence[Line]) -> Iterator[Said]:
    for line in group:
        for word in line.text.split():
            text = core(word)[1]
            if form := folded(text):
                yield Said(text, form, line.start, line.end)
