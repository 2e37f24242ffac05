"""Missed speech: where it is, and which words of the second pass belong there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ipc.intervals import difference, union
from stage_runners.asr.segments import Line, Span
from stage_runners.asr.thresholds import GAPS
from stage_runners.asr.words import Word
from stage_runners.text.plain import plain


def uncovered(regions: Sequence[Span], lines: Sequence[Line], least: float = GAPS.least) -> list[Span]:
    """Spans of at least `least` seconds of the regions (in order, disjoint) that have no word nearby."""
    covered = union((word.start - GAPS.near, word.end + GAPS.near) for line in lines for word in line.words)
    return [Span(start, end) for start, end in difference(regions, covered, least)]


def fitting(words: Sequence[Word], gap: Span, before: Sequence[Word], behind: Sequence[Word]) -> list[Word]:
    """The words spoken in the gap, without those that its neighbours already have, with times inside it.

    `before` and `behind` are the words around the gap, in order. The second pass reads some of them in the
    margins, and may place them slightly inside the gap.
    """
    inside = [
        word for word in words if gap.start - GAPS.edge <= (word.start + word.end) / 2 <= gap.end + GAPS.edge
    ]
    cut = _shared(before, inside)
    inside = inside[cut:]
    inside = inside[: len(inside) - _shared(inside, behind)]
    return [_within(word, Span(gap.start - GAPS.edge, gap.end + GAPS.edge)) for word in inside]


def _within(word: Word, span: Span) -> Word:
    start = min(max(word.start, span.start), span.end)
    return word._replace(start=start, end=min(max(word.end, start), span.end))


def _shared(left: Sequence[Word], right: Sequence[Word]) -> int:
    """The number of words at the end of `left` that begin `right`."""
    ends = [plain(word.text) for word in left[-GAPS.most_shared :]]
    firsts = [plain(word.text) for word in right[: GAPS.most_shared]]
    sizes = range(min(len(ends), len(firsts)), 0, -1)
    return next((size for size in sizes if ends[-size:] == firsts[:size]), 0)


def with_line(lines: Sequence[Line], new: Line) -> Iterator[Line]:
    """The lines with a new one inserted; a line that surrounds it is split in two."""
    placed = False
    for line in lines:
        early = tuple(word for word in line.words if word.start <= new.span.start)
        late = line.words[len(early) :]
        if placed or not late:
            yield line
            continue
        if early:
            yield Line(early, line.read)
        yield new
        yield Line(late, line.read)
        placed = True
    if not placed:
        yield new
