"""Measures how much speech the cues show and how many cues lack speech, and flags doubtful cues."""

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
    """Evidence about the cues: `doubts` are rows of that table, `speech` regions (None if no detector ran).

    `segments` are the rows that the cues are laid out from. Segments may have been split and renumbered since
    a doubt was raised, so they are matched by time.
    """

    def __init__(
        self,
        segments: Sequence[SegmentRow],
        doubts: Sequence[DoubtRow],
        speech: Sequence[RegionRow] | None,
    ) -> None:
        times = union((row["start"], row["end"]) for row in doubts if row["verdict"] in _DOUBTED)
        self._speech = speech
        self._in_text = _TextFlags(doubts, segments)
        self._doubted = {
            row["id"]
            for row in segments
            if times
            and shared([(row["start"], row["end"])], times)
            >= DOUBTS.segment_share * max(DOUBTS.least_s, row["end"] - row["start"])
        }

    def flagged(self, cues: Sequence[Cue]) -> list[Cue]:
        """The cues, flagged `doubtful` if they have words of a doubtful segment and were not edited."""
        return [
            replace(cue, flags=(*cue.flags, FLAG))
            if self._doubted & set(cue.segments) and not {FLAG, EDITED} & set(cue.flags)
            else cue
            for cue in self._in_text.flagged(cues)
        ]

    def report(self, cues: Sequence[Cue], context: Context) -> None:
        """Report the facts `coverage` and `unsupported` if a speech detector ran."""
        if self._speech is None:
            return
        shown = [(cue.start / 1000, cue.end / 1000) for cue in cues if SOUND not in cue.flags]
        coverage, unsupported = shares(shown, [(row["start"], row["end"]) for row in self._speech])
        context.fact("coverage", round(coverage, 4))
        context.fact("unsupported", round(unsupported, 4))


class _TextFlags:
    """Cues that differ from a text that the user gave, by the doubts about it that have a segment."""

    def __init__(self, doubts: Sequence[DoubtRow], segments: Sequence[SegmentRow]) -> None:
        self._extra = union(_times(doubts, "extra"))
        self._unspoken = [start for start, _ in _times(doubts, "unspoken")]
        self._spans = {row["id"]: (row["start"], row["end"]) for row in segments}

    def flagged(self, cues: Sequence[Cue]) -> list[Cue]:
        """The cues; `not_in_text` is mostly extra speech, `perhaps_unspoken` has words without a time."""
        return [self._flagged(cue) for cue in cues] if self._extra or self._unspoken else list(cues)

    def _flagged(self, cue: Cue) -> Cue:
        if EDITED in cue.flags or SOUND in cue.flags:
            return cue
        own = union(self._spans[number] for number in cue.segments if number in self._spans)
        flags = []
        if length(own) and shared(own, self._extra) >= DOUBTS.segment_share * length(own):
            flags.append("not_in_text")
        if any(cue.start <= at * 1000 < cue.end for at in self._unspoken):
            flags.append("perhaps_unspoken")
        return replace(cue, flags=tuple(dict.fromkeys((*cue.flags, *flags)))) if flags else cue


def _times(doubts: Sequence[DoubtRow], verdict: str) -> list[tuple[float, float]]:
    shown = (row for row in doubts if row["verdict"] == verdict and row["segment"] is not None)
    return [(row["start"], row["end"]) for row in shown]


def shares(shown: Times, speech: Times) -> tuple[float, float]:
    """The share of speech that is covered by cues, and the share of the cues' time without speech.

    Both arguments are lists of (start, end) in seconds. Without speech the coverage is 1; without cues
    nothing is unsupported.
    """
    shown, speech = union(shown), union(speech)
    both, heard, seen = shared(shown, speech), length(speech), length(shown)
    return (both / heard if heard else 1.0), (1.0 - both / seen if seen else 0.0)
