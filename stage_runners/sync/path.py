"""The offsets of all cues: constant, or changing at few places, by dynamic programming.

A change costs as much as it is improbable, as in alass (kaegi, https://github.com/kaegi/alass); here the fit
of a cue is a log odds, so the sum is one too, and a change pays only if the cues behind it say so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


class Path(NamedTuple):
    """The best path: the index of each cue's offset, and the sum of log odds less the cost of changes."""

    at: NDArray[np.int64]
    score: float


def constant(rows: Iterable[Floats]) -> Floats:
    """The sum of log odds at each offset, if all cues have the same."""
    total: Floats = np.zeros(0)
    for row in rows:
        total = total + row if len(total) else row.astype(np.float64)
    return total


def score(rows: Iterable[Floats], at: NDArray[np.int64], cost: float) -> float:
    """The score of a path."""
    odds = sum(float(row[place]) for row, place in zip(rows, at.tolist(), strict=True))
    return odds - cost * int(np.count_nonzero(np.diff(at)))


def best(rows: Iterable[Floats], cost: float) -> Path:
    """The path of the highest score, if each change of the offset costs `cost`."""
    value: Floats | None = None
    tops: list[int] = []
    jumped: list[NDArray[np.uint8]] = []
    for row in rows:
        if value is None:
            value = row.astype(np.float64)
            continue
        top = int(np.argmax(value))
        jump = value < value[top] - cost
        tops.append(top)
        jumped.append(np.packbits(jump))
        value = np.where(jump, value[top] - cost, value) + row
    if value is None:
        return Path(np.zeros(0, np.int64), 0.0)
    last = int(np.argmax(value))
    path = [last]
    for top, jump in zip(reversed(tops), reversed(jumped), strict=True):
        bit = int(jump[path[-1] >> 3]) >> (7 - (path[-1] & 7)) & 1
        path.append(top if bit else path[-1])
    return Path(np.array(path[::-1], np.int64), float(value[last]))
