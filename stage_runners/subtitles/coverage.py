"""What the cues show of what is said, what they show while nobody speaks, and which of them are not to be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ipc.intervals import length, shared, union
from ipc.rows import DoubtRow, RegionRow, SegmentRow
from stage_runners.subtitles.cues import Cue
from stage_runners.subtitles.edits.cues import EDITED
from stage_runners.subtitles.sdh import FLAG as SOUND
from stage_runners.subtitles.thresholds import DOUBTS

if TYPE_CHECKING:
    from ipc.context import Context

FLAG = "doubtful"
_DOUBTED = ("flagged", "recovered")
Times = Sequence[tuple[float, float]]


class Trust:
    """What is known against the cues: `doubts` are rows of that table, `speech` regions, None where no detector ran.

    `segments` are rows as the cues are laid out from. Segments may have been cut and renumbered since a doubt was raised, so they are found
    again by time.
    """

    def __init__(
        self,
        segments: Sequence[SegmentRow],
        doubts: Sequence[DoubtRow],
        speech: Sequence[RegionRow] | None,
    ) -> None:
        times = union((row["start"], row["end"]) for row in doubts if row["verdict"] in _DOUBTED)
        self._speech = speech
        self._doubted = {
            row["id"]
            for row in segments
            if times
            and shared([(row["start"], row["end"])], times)
            >= DOUBTS.segment_share * max(DOUBTS.least_s, row["end"] - row["start"])
        }

    def flagged(self, cues: Sequence[Cue]) -> list[Cue]:
        """The cues, with the flag `doubtful` on those that hold words of a doubted segment; what a person wrote is not doubted."""
        return [
            replace(cue, flags=(*cue.flags, FLAG))
            if self._doubted & set(cue.segments) and not {FLAG, EDITED} & set(cue.flags)
            else cue
            for cue in cues
        ]

    def report(self, cues: Sequence[Cue], context: Context) -> None:
        """Say the facts `coverage` and `unsupported`, always both, where speech was looked for."""
        if self._speech is None:
            return
        shown = [(cue.start / 1000, cue.end / 1000) for cue in cues if SOUND not in cue.flags]
        coverage, unsupported = shares(shown, [(row["start"], row["end"]) for row in self._speech])
        context.fact("coverage", round(coverage, 4))
        context.fact("unsupported", round(unsupported, 4))


def shares(shown: Times, speech: Times) -> tuple[float, float]:
    """Coverage and unsupported: the share of the seconds of speech that is shown, and of the shown ones with no speech under them.

    Both are lists of (start, end) in seconds. Without speech all of it is covered, and of nothing shown nothing is unsupported.
    """
    shown, speech = union(shown), union(speech)
    both, heard, seen = shared(shown, speech), length(speech), length(shown)
    return (both / heard if heard else 1.0), (1.0 - both / seen if seen else 0.0)
