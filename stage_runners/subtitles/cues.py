"""The limits, cues and lines of a layout."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from ipc.cue_rules import GRID_MS, MOVING, CueLimits
from ipc.override_codes import Code
from stage_runners.subtitles.thresholds import CUE_TIMES

DASH = "- "


@dataclass(frozen=True, kw_only=True)
class Profile(CueLimits):
    """The limits of a cue, with times on the grid, and how a layout sets its times."""

    min_ms: int = 840
    max_ms: int = 7000
    gap_ms: int = 80
    chain_ms: int = 400
    """A shorter gap is closed to `gap_ms`, because a short blank flicker disturbs more than no gap."""
    late_ms: int = CUE_TIMES.late_ms
    """A cue may start this much after its first word if the previous one would otherwise be invisible."""
    patience_ms: int = CUE_TIMES.patience_ms
    """The same if the previous one would otherwise be too short to read: four frames of 24, unnoticeable."""
    hold_ms: int = CUE_TIMES.hold_ms
    """A cue stays this long after its last word if there is room, because the word's end is imprecise."""
    snap_ms: int = 0
    """A cue that starts or ends this near a shot change takes its time; 0: shots are ignored."""
    gap_frames: int = 0
    frame_ms: float = 1000 / 24
    """Length of a frame in milliseconds; that of cinema if the film has no video."""
    dash: str = DASH
    """The prefix of each line in a cue with two speakers."""

    def on_film(self, frame_rate: float) -> Profile:
        """The same limits for a film of `frame_rate` frames per second (0: no video).

        If the film has moving pictures, the gap is at least `gap_frames` long.
        """
        moving = frame_rate >= MOVING
        frame = 1000 / frame_rate if moving else self.frame_ms
        frames = math.ceil(round(self.gap_frames * frame / GRID_MS, 4)) * GRID_MS if moving else 0
        return replace(self, frame_ms=frame, gap_ms=max(self.gap_ms, frames))


@dataclass(frozen=True)
class Line:
    """A line, with the speaker's `label` if shown, and the `dash` of a dialogue. `text` may be empty.

    `codes` are override codes that a user gave it, at places in `text`.
    """

    text: str
    speaker: str | None
    label: str = ""
    dash: str = ""
    codes: tuple[Code, ...] = ()

    def shown(self, *, labels: bool = True) -> str:
        """The line as displayed."""
        parts = [self.label if labels else "", self.text]
        return self.dash + " ".join(part for part in parts if part)


@dataclass(frozen=True)
class Cue:
    """Lines shown from `start` to `end` (milliseconds); `segments` are the segments of its words."""

    start: int
    end: int
    lines: tuple[Line, ...]
    segments: tuple[int, ...]
    flags: tuple[str, ...]

    def text(self, *, labels: bool = False) -> str:
        """The lines, joined by line feeds."""
        lines = [line for line in self.lines if line.text or labels]
        return "\n".join(line.shown(labels=labels) for line in lines)
