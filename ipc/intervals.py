"""Intervals of time: overlap, union and difference.

An interval is a pair (start, end) in any one unit: seconds here, milliseconds in the subtitles. Standard
library only, so that it works in every environment. Arrays of frames are in `stage_runners/vad/regions.py`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

Interval = tuple[float, float]


def overlap(start: float, end: float, other_start: float, other_end: float) -> float:
    """Length of the overlap of two intervals; 0 if there is none."""
    return max(0.0, min(end, other_end) - max(start, other_start))


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """The union of the intervals: in order, without overlaps or contact. Empty intervals are ignored."""
    result: list[Interval] = []
    for start, end in sorted(pair for pair in intervals if pair[1] > pair[0]):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return result


def length(intervals: Iterable[Interval]) -> float:
    """The sum of the intervals' lengths."""
    return sum(end - start for start, end in intervals)


def shared(some: Sequence[Interval], others: Sequence[Interval]) -> float:
    """Length of the intersection of both lists; each is a `union`."""
    total, first = 0.0, 0
    for start, end in some:
        while first < len(others) and others[first][1] <= start:
            first += 1
        for at in range(first, len(others)):
            if others[at][0] >= end:
                break
            total += overlap(start, end, *others[at])
    return total


def difference(intervals: Iterable[Interval], taken: Sequence[Interval], shortest: float) -> list[Interval]:
    """The parts of each interval outside `taken` (a `union`) that are at least `shortest` long."""
    ends = [end for _, end in taken]
    result: list[Interval] = []
    for start, end in intervals:
        free = start
        for at in range(bisect_right(ends, start), len(taken)):
            low, high = taken[at]
            if low >= end:
                break
            if low - free >= shortest:
                result.append((free, low))
            free = max(free, high)
        if end - free >= shortest:
            result.append((free, end))
    return result


class Coverage:
    """A union of intervals that answers with two searches how much of another interval it covers."""

    def __init__(self, intervals: Iterable[Interval]) -> None:
        found = union(intervals)
        self._starts = [start for start, _ in found]
        self._ends = [end for _, end in found]
        self._before: list[float] = []
        self.total = 0.0
        for start, end in found:
            self._before.append(self.total)
            self.total += end - start

    def within(self, start: float, end: float) -> float:
        """How much of `start` to `end` is covered."""
        return max(0.0, self._until(end) - self._until(start))

    def share(self, start: float, end: float) -> float:
        """The share of `start` to `end` that is covered, in 0..1; 0 if that is empty."""
        return self.within(start, end) / (end - start) if end > start else 0.0

    def _until(self, time: float) -> float:
        at = bisect_right(self._starts, time) - 1
        if at < 0:
            return 0.0
        return self._before[at] + min(time, self._ends[at]) - self._starts[at]


class Overlapping:
    """Intervals in order of their starts, possibly overlapping, searched by time."""

    def __init__(self, intervals: Iterable[Interval]) -> None:
        self._intervals = list(intervals)
        self._starts = [start for start, _ in self._intervals]
        self._longest = max((end - start for start, end in self._intervals), default=0.0)

    def with_part_of(self, start: float, end: float, least: float = 0.0) -> list[int]:
        """Indexes of those that overlap `start` to `end` by more than `least`."""
        near = starting_within(self._starts, start - self._longest, end)
        return [at for at in near if overlap(start, end, *self._intervals[at]) > least]


def starting_within(starts: Sequence[float], start: float, end: float) -> range:
    """Indexes of the sorted `starts` from `start` (included) to `end` (excluded)."""
    return range(bisect_left(starts, start), bisect_left(starts, end))
