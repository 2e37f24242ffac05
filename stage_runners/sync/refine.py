"""The exact offset of a piece: by how far its cues begin before the speech that they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stage_runners.sync.thresholds import EXACT

Floats = NDArray[np.floating[Any]]


class Pairs(NamedTuple):
    """Cues and starts of speech near them: the place of the cue, and how much later the speech starts."""

    at: Floats
    later: Floats
    weight: Floats


def pairs(starts: Floats, onsets: Floats, weight: float = 1.0) -> Pairs:
    """Every start of speech within `EXACT.reach_s` of the start of a cue; all times in seconds."""
    at, later = [], []
    for start in starts:
        first, last = np.searchsorted(onsets, [start - EXACT.reach_s, start + EXACT.reach_s])
        for onset in onsets[first:last]:
            at.append(start)
            later.append(onset - start)
    return Pairs(np.array(at), np.array(later), np.full(len(at), weight))


def usual_lag(ends: Floats, speech_ends: Floats) -> float | None:
    """The median of how long cues end after the nearest end of speech; None if few have one nearby."""
    if len(ends) == 0 or len(speech_ends) == 0:
        return None
    at = np.clip(np.searchsorted(speech_ends, ends), 1, max(len(speech_ends) - 1, 1))
    before, behind = ends - speech_ends[at - 1], ends - speech_ends[np.minimum(at, len(speech_ends) - 1)]
    lag = np.where(np.abs(before) < np.abs(behind), before, behind)
    lag = lag[np.abs(lag) <= EXACT.lag_reach_s]
    return float(np.median(lag)) if len(lag) >= EXACT.lags else None


def joined(parts: Sequence[Pairs]) -> Pairs:
    """All pairs together."""
    return Pairs(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def mode(found: Pairs) -> float | None:
    """The most frequent delay between a cue and its speech, in seconds; None without pairs.

    The mode, not the mean: the pairs that do not belong together are spread evenly.
    """
    if len(found.later) == 0:
        return None
    grid = np.arange(-EXACT.reach_s, EXACT.reach_s + 1e-9, 0.005)
    distance = (grid[:, None] - found.later[None, :]) / EXACT.width_s
    density = np.exp(-0.5 * distance**2) @ found.weight
    top = float(grid[int(np.argmax(density))])
    near = np.abs(found.later - top) <= 1.5 * EXACT.width_s
    return float(np.average(found.later[near], weights=found.weight[near])) if near.any() else top


def drift(found: Pairs, around: float) -> tuple[float, float]:
    """The slope of the delays over time, seconds for each second, and its standard error.

    Only pairs within `EXACT.drift_s` of the delay `around` count, and the slope is fitted again without those
    that it leaves far off.
    """
    keep = np.abs(found.later - around) <= EXACT.drift_s
    slope, error = 0.0, np.inf
    for _ in range(3):
        at, later, weight = found.at[keep], found.later[keep], found.weight[keep]
        if len(at) < EXACT.drift_pairs or np.ptp(at) <= 0:
            return 0.0, np.inf
        middle = np.average(at, weights=weight)
        spread = np.sum(weight * (at - middle) ** 2)
        level = np.average(later, weights=weight)
        slope = float(np.sum(weight * (at - middle) * (later - level)) / spread)
        left = found.later - level - slope * (found.at - middle)
        width = max(float(np.sqrt(np.average(left[keep] ** 2, weights=weight))), 0.01)
        error = width / float(np.sqrt(spread / max(float(np.mean(weight)), 1e-9)))
        keep = np.abs(left) <= 2 * width
    return slope, error
