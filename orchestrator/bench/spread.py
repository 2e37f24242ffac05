"""The median of repeated measurements, how far they lie apart, and whether two of them differ."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """The median of `count` values, the least and the greatest of them."""

    median: float
    low: float
    high: float
    count: int

    @property
    def share(self) -> float:
        """Half the distance from the least to the greatest, as a share of the median."""
        return (self.high - self.low) / 2 / self.median if self.median else 0.0

    def apart(self, other: Spread) -> bool:
        """Whether no value of one lies within the range of the other.

        With three values each, chance alone does so in one case of ten; with five, in one of 126. A single
        value has no range, so a change against it counts as it stands.
        """
        return self.high < other.low or other.high < self.low


def of(values: Iterable[float | None]) -> Spread | None:
    """The spread of the values that are known; None if there are none."""
    known = [value for value in values if value is not None]
    return Spread(statistics.median(known), min(known), max(known), len(known)) if known else None
