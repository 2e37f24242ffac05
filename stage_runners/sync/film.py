"""The evidence of a film for the cues of a subtitle file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stage_runners.sync.activity import Activity
from stage_runners.sync.evidence import Evidence, Grid, Spoken
from stage_runners.sync.thresholds import SEARCH
from stage_runners.sync.words import Word, WordEvidence

Floats = NDArray[np.floating[Any]]
NTSC, PAL = 24000 / 1001, 25.0
RATIOS = (1.0, *(r for a, b in ((24.0, NTSC), (PAL, NTSC), (PAL, 24.0)) for r in (a / b, b / a)))
"""The ratios of frame rates by which films and their subtitles differ, 1 first."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Cues `first` to `last` that have one offset: seconds that are added to their times, times the ratio.

    `margin` is by how many log odds this offset is better than any other for these cues; `lag` is how long
    after their speech they usually end with this offset, in seconds, or None if that cannot be told.
    """

    first: int
    last: int
    offset: float
    margin: float
    lag: float | None = None


class Film:
    """The evidence of a film for these cues, which are sorted by their start."""

    def __init__(self, cues: Sequence[Spoken], activity: Activity, words: Sequence[Word]) -> None:
        last = max(cue.end for cue in cues)
        reach = float(np.clip(max(activity.seconds, last), SEARCH.least_reach_s, SEARCH.most_reach_s))
        steps = round(reach / SEARCH.step_s)
        self.cues, self.activity = cues, activity
        self.grid = Grid(-steps * SEARCH.step_s, SEARCH.step_s, 2 * steps + 1)
        self._evidence = Evidence(activity, self.grid, last * max(RATIOS) * 1.01)
        self._words = WordEvidence(words, self.grid, activity.seconds) if words else None
        self._before = [-1e9]
        for cue in cues:
            self._before.append(max(self._before[-1], cue.end))

    def rows(self, ratio: float, first: int = 0, last: int | None = None) -> Iterator[Floats]:
        """The log odds of the cues `first` to `last` at every offset of the grid."""
        for index in range(first, len(self.cues) if last is None else last + 1):
            cue = self.cues[index]
            odds = self._evidence.odds(cue, self._before[index], ratio)
            spoken = self._words.odds(cue, ratio) if self._words else None
            yield odds if spoken is None else odds + spoken

    def index(self, offset: float) -> int:
        """The place of an offset in the grid."""
        return int(np.clip(round((offset - self.grid.first) / self.grid.step), 0, self.grid.size - 1))
