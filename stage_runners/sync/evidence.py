"""How well each cue fits the film's speech at each offset, as log odds.

A cue that is in its place begins near the start of a passage of speech, ends near or after the end of one,
has speech under it, and little in the gap before it. Each of these is worth the logarithm of how much more
often it is so at the right offset than anywhere: what is frequent in the film anyhow is worth little.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stage_runners.sync.activity import Activity
from stage_runners.sync.thresholds import FIT, Edge

Floats = NDArray[np.floating[Any]]


class Spoken(NamedTuple):
    """A cue whose text is spoken: its times in seconds, and the number of its event in the file."""

    start: float
    end: float
    event: int
    text: str


class Grid(NamedTuple):
    """The offsets that are tried: `size` of them, `step` seconds apart, from `first`."""

    first: float
    step: float
    size: int

    def offsets(self) -> Floats:
        """Every offset in seconds."""
        return self.first + self.step * np.arange(self.size, dtype=np.float64)


class Evidence:
    """Tables of the film, by which the log odds of a cue at every offset of the grid are a few slices."""

    def __init__(self, activity: Activity, grid: Grid, last: float) -> None:
        """Of cues that end by `last`, in seconds of the film without an offset."""
        self._grid = grid
        self._zero = FIT.margin_s - min(grid.first, 0.0)
        reach = max(grid.first + grid.step * grid.size, 0.0)
        length = int((self._zero + max(activity.seconds, last) + reach + FIT.margin_s) / grid.step) + 2
        self._times = np.arange(length) * grid.step - self._zero
        awake = max(_dilated(activity.spans, FIT.awake_s, activity.seconds), 1.0)
        share = float(np.clip(activity.speech_seconds / awake, *FIT.share_bounds))
        strong, weak = activity.starts, activity.inner_starts
        self._start = self._edges(strong, weak, awake, FIT.start)
        self._joined = self._edges(strong, weak, awake, FIT.joined_start)
        self._end = self._edges(activity.ends, activity.inner_ends, awake, FIT.end)
        outside = (self._times < -FIT.early_s) | (self._times > activity.seconds)
        for table in (self._start, self._joined):
            table[outside] = FIT.outside
        self._active = np.concatenate([[0.0], np.cumsum(self._covered(activity.spans))]).astype(np.float32)
        speech, gap = FIT.speech_in_cue, FIT.speech_in_gap
        self._in_cue = math.log(speech / share), math.log((1 - speech) / (1 - share))
        self._in_gap = math.log(gap / share), math.log((1 - gap) / (1 - share))

    def odds(self, cue: Spoken, before: float, ratio: float = 1.0) -> Floats:
        """The log odds of a cue at every offset; `before` is the end of the cue before it, in its own times.

        Bounded, so that no single cue decides.
        """
        start, end, before = cue.start * ratio, cue.end * ratio, before * ratio
        gap = start - before
        total = self._at(self._joined if gap < FIT.joined_s else self._start, start)
        total = total + self._at(self._end, end)
        self._add_share(total, start, end, self._in_cue, FIT.cue_weight * min(end - start, FIT.cue_most_s))
        if gap >= FIT.gap_least_s:
            length = min(gap, FIT.gap_most_s) - 2 * FIT.gap_edge_s
            last = start - FIT.gap_edge_s
            self._add_share(total, last - length, last, self._in_gap, FIT.gap_weight * length)
        return np.clip(total, FIT.least, FIT.most, out=total)

    def _at(self, table: Floats, time: float) -> Floats:
        first = self._index(time)
        return table[first : first + self._grid.size]

    def _add_share(
        self, total: Floats, start: float, end: float, odds: tuple[float, float], weight: float
    ) -> None:
        """Add the mean log odds of the frames between two times, with and without speech, at every offset."""
        first, last = self._index(start), self._index(end)
        last, size = max(last, first + 1), self._grid.size
        speech = self._active[last : last + size] - self._active[first : first + size]
        speech *= weight * (odds[0] - odds[1]) / (last - first)
        total += speech
        total += weight * odds[1]

    def _index(self, time: float) -> int:
        at = round((time + self._grid.first + self._zero) / self._grid.step)
        return max(0, min(at, len(self._times) - self._grid.size - 1))

    def _edges(self, strong: Floats, weak: Floats, awake: float, edge: Edge) -> Floats:
        """Log odds of an edge of a cue at each time of the table."""
        odds = np.full(len(self._times), 1.0 - edge.strong - edge.weak)
        for times, share in ((strong, edge.strong), (weak, edge.weak)):
            if len(times) == 0:
                odds += share
                continue
            rate = len(times) / awake
            odds += share * self._density(times - edge.lead, edge.width) / rate
        logarithm: Floats = np.log(odds).astype(np.float32)
        return logarithm

    def _density(self, times: Floats, width: float) -> Floats:
        """The sum of Laplace's densities around the times: sharp, with long tails."""
        density = np.zeros(len(self._times))
        step, reach = self._grid.step, 6 * width
        for time in times:
            first = max(int((time - reach + self._zero) / step), 0)
            last = min(int((time + reach + self._zero) / step) + 1, len(density))
            density[first:last] += np.exp(-np.abs(self._times[first:last] - time) / width) / (2 * width)
        return density

    def _covered(self, spans: Floats) -> Floats:
        covered = np.zeros(len(self._times))
        for start, end in spans:
            first = int((start + self._zero) / self._grid.step)
            covered[first : max(int((end + self._zero) / self._grid.step), first + 1)] = 1.0
        return covered


def _dilated(spans: Floats, by: float, seconds: float) -> float:
    """Seconds of the film that are at most `by` seconds from speech."""
    total, reached = 0.0, 0.0
    for start, end in spans:
        first, last = max(start - by, reached), min(end + by, seconds)
        total += max(last - first, 0.0)
        reached = max(reached, last)
    return total
