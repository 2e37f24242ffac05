"""The cues of a track as the last run made and shows them, and when two cues are equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ipc.edits import Edit, Shown
from ipc.intervals import overlap

EDITED = "edited"
CLOSE_S = 0.005
"""Seconds that two cues may share and still not overlap."""


@dataclass(frozen=True, kw_only=True)
class Track:
    """A track of the last run.

    `base` are the automatic cues, `shown` those with edits, which are at the indexes `edited`.
    """

    base: Sequence[Shown]
    shown: Sequence[Shown]
    edited: frozenset[int]


def track_of(base: Sequence[Mapping[str, Any]], shown: Sequence[Mapping[str, Any]]) -> Track:
    """The track from the rows of two tables of cues."""
    edited = frozenset(k for k, row in enumerate(shown) if EDITED in row["flags"])
    return Track(base=shown_of(base), shown=shown_of(shown), edited=edited)


def shown_of(rows: Sequence[Mapping[str, Any]]) -> list[Shown]:
    """The cues of a table's rows."""
    return [
        Shown(
            start=float(row["start"]),
            end=float(row["end"]),
            text=str(row["text"]),
            speakers=tuple(row["speakers"]),
        )
        for row in rows
    ]


def with_codes(track: Track, edits: Sequence[Edit]) -> Track:
    """The track, whose edited cues have the override codes that `edits` gave them."""
    of = {key_of(clean(cue))[:3]: cue.codes for edit in edits for cue in edit.after if cue.codes}
    shown = [replace(cue, codes=of.get(key_of(cue)[:3])) for cue in track.shown]
    return replace(track, shown=shown)


def clean(cue: Shown) -> Shown:
    """The cue without blanks at the ends of lines, and without empty lines."""
    lines = [" ".join(line.split()) for line in cue.text.split("\n")]
    text = "\n".join(line for line in lines if line)
    return cue if text == cue.text else replace(cue, text=text)


def key_of(cue: Shown) -> tuple[float, float, tuple[str, ...], tuple[str, ...]]:
    """The values by which cues are equal: times in hundredths, lines, speakers."""
    return round(cue.start, 2), round(cue.end, 2), tuple(cue.text.split("\n")), cue.speakers


def overlapping(cue: Shown, start: float, end: float) -> bool:
    """Whether the cue has a part between `start` and `end`, in seconds."""
    return overlap(cue.start, cue.end, start, end) > CLOSE_S
