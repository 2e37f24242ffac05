"""What a layout is made of: the limits it keeps, what it weighs, and the cues it gives."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from ipc.cue_rules import GRID_MS, MOVING, CueLimits
from stage_runners.subtitles.thresholds import CUE_TIMES

DASH = "- "


@dataclass(frozen=True, kw_only=True)
class Profile(CueLimits):
    """The limits of a cue, with times on the grid, and how a layout sets its times."""

    min_ms: int = 840
    max_ms: int = 7000
    gap_ms: int = 80
    chain_ms: int = 400
    """A gap shorter than this is closed to `gap_ms`: a short flicker of nothing disturbs more than none."""
    late_ms: int = CUE_TIMES.late_ms
    """A cue may start this much after its first word where the one before could not be seen otherwise."""
    patience_ms: int = CUE_TIMES.patience_ms
    """The same where the one before could not be read to its end: four frames of 24, which nobody notices."""
    hold_ms: int = CUE_TIMES.hold_ms
    """A cue stays this much after its last word where there is room: the word's end is only measured."""
    snap_ms: int = 0
    """Around a change of shot, a cue that begins or ends within this takes the shot's time; 0: shots are not looked at."""
    gap_frames: int = 0
    frame_ms: float = 1000 / 24
    """Milliseconds that a frame of the film lasts; of one without a picture, those of the cinema's."""
    dash: str = DASH
    """What stands before each line where two speak in one cue."""

    def on_film(self, frame_rate: float) -> Profile:
        """The same limits for a film of `frame_rate` frames a second (0: no picture): the gap is also `gap_frames` long if it moves."""
        moving = frame_rate >= MOVING
        frame = 1000 / frame_rate if moving else self.frame_ms
        frames = math.ceil(round(self.gap_frames * frame / GRID_MS, 4)) * GRID_MS if moving else 0
        return replace(self, frame_ms=frame, gap_ms=max(self.gap_ms, frames))


@dataclass(frozen=True)
class Line:
    """A line: `label` is the speaker's label where one is shown, `dash` stands before each line of a dialogue. `text` may be empty."""

    text: str
    speaker: str | None
    label: str = ""
    dash: str = ""

    def shown(self, *, labels: bool = True) -> str:
        """The line as a reader sees it."""
        parts = [self.label if labels else "", self.text]
        return self.dash + " ".join(part for part in parts if part)


@dataclass(frozen=True)
class Cue:
    """What is shown from `start` to `end` (milliseconds); `segments` are those whose words it holds."""

    start: int
    end: int
    lines: tuple[Line, ...]
    segments: tuple[int, ...]
    flags: tuple[str, ...]

    def text(self, *, labels: bool = False) -> str:
        """The lines, joined by line feeds."""
        lines = [line for line in self.lines if line.text or labels]
        return "\n".join(line.shown(labels=labels) for line in lines)
