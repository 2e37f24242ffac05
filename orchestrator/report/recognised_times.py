"""Times at which the recogniser heard something, as times of the film."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any


class FilmClock:
    """Times of the recording that was recognised, in which overlapping turns may be laid out apart.

    `pieces` are the rows of the table `pieces` of the stage `untangling`; None where it was off.
    """

    def __init__(self, pieces: Sequence[Mapping[str, Any]] | None) -> None:
        self._pieces = pieces or ()
        self._starts = [piece["start"] for piece in self._pieces]

    def film(self, time: float) -> float:
        """The time in the film, in seconds."""
        if not self._pieces:
            return time
        piece = self._pieces[max(0, bisect_right(self._starts, time) - 1)]
        heard = min(max(time, piece["start"]), piece["end"])
        return round(float(piece["at"] + heard - piece["start"]), 2)
