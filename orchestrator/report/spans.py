"""Stretches of time, sorted and searched."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence


class Spans:
    """Stretches of seconds, merged where they touch, for asking how much of another one they cover."""

    def __init__(self, spans: Iterable[tuple[float, float]]) -> None:
        self._starts: list[float] = []
        self._ends: list[float] = []
        self._before: list[float] = []
        total = 0.0
        for start, end in sorted(spans):
            if self._ends and start <= self._ends[-1]:
                total += max(0.0, end - self._ends[-1])
                self._ends[-1] = max(self._ends[-1], end)
                continue
            self._starts.append(start)
            self._ends.append(end)
            self._before.append(total)
            total += end - start
        self.seconds = total

    def within(self, start: float, end: float) -> float:
        """Seconds of `start` to `end` that are covered."""
        return max(0.0, self._until(end) - self._until(start))

    def share(self, start: float, end: float) -> float:
        """The share of `start` to `end` that is covered, in 0..1; 0 of nothing."""
        return self.within(start, end) / (end - start) if end > start else 0.0

    def _until(self, time: float) -> float:
        at = bisect.bisect_right(self._starts, time) - 1
        if at < 0:
            return 0.0
        return self._before[at] + min(time, self._ends[at]) - self._starts[at]


def around(starts: Sequence[float], start: float, end: float) -> range:
    """Indexes of those sorted `starts` that lie in `start` (with) to `end` (without)."""
    return range(bisect.bisect_left(starts, start), bisect.bisect_left(starts, end))
