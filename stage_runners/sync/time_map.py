"""From the clock of the subtitles to the film's: pieces with an offset each, and one ratio."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Part(NamedTuple):
    """A part of the subtitles, from the start of its first cue to the end of its last, by their own clock."""

    start: float
    end: float
    offset: float


class Place(NamedTuple):
    """The new times of a cue; `lost` if the film lacks what it belongs to, so that it has no length."""

    start: float
    end: float
    lost: bool = False


class TimeMap:
    """Maps times of the subtitles: `time * ratio + offset`, with the offset of the part that a cue is in."""

    def __init__(self, ratio: float, parts: Sequence[Part]) -> None:
        self.ratio, self.parts = ratio, tuple(parts)

    def place(self, start: float, end: float) -> Place:
        """Where a cue belongs. Its end keeps its distance from its start, but for the ratio.

        Between two parts, where the film is shorter than the subtitles, a cue is lost unless there is room
        for half of it; where it is longer, a cue goes with the nearer part.
        """
        for part, after in zip(self.parts, (*self.parts[1:], None), strict=True):
            if after is None:
                return self._moved(start, end, part.offset)
            if start < part.end:
                moved = self._moved(start, end, part.offset)
                if after.offset >= part.offset:
                    return moved
                resumed = after.start * self.ratio + after.offset
                return Place(moved.start, max(min(moved.end, resumed), moved.start))
            if start >= after.start:
                continue
            if after.offset >= part.offset:
                nearer = part if start - part.end <= after.start - end else after
                return self._moved(start, end, nearer.offset)
            cut, resumed = part.end * self.ratio + part.offset, after.start * self.ratio + after.offset
            return self._between(start, end, (part.offset, cut), (after.offset, resumed))
        raise AssertionError

    def _between(
        self, start: float, end: float, before: tuple[float, float], after: tuple[float, float]
    ) -> Place:
        """Where a cue belongs in the gap between two parts, each with its offset and its edge of the gap."""
        cut, resumed = before[1], after[1]
        half = (end - start) * self.ratio / 2
        early, late = self._moved(start, end, before[0]), self._moved(start, end, after[0])
        if resumed - early.start >= half:
            return Place(early.start, min(early.end, resumed))
        if late.end - cut >= half:
            return Place(max(late.start, cut), late.end)
        return Place(cut, cut, lost=True)

    def _moved(self, start: float, end: float, offset: float) -> Place:
        return Place(start * self.ratio + offset, end * self.ratio + offset)
