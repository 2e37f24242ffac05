"""The rules that a cue has to keep: its limits, how it is measured, and when a limit is broken.

One place for all that judge cues: the layout's flags, those of edited cues, the scores, the report. The page that edits cues has the
same in JavaScript (`orchestrator/report/js/cue_rules.js`), which a test holds to this module; limits and tolerances reach it as data.

A cue is measured as it is read: `lines` hold dashes, and speaker labels where the caller has them. Length is counted in Unicode code
points, of every script alike: a language whose characters are wide has a smaller limit instead. A line break counts as one character
of reading, because the eye takes it for a blank.

Times are compared as whole milliseconds, the finest that SubRip and WebVTT can say. Standard library only.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

GRID_MS = 10
"""Our own times are multiples of this, so that ASS, which knows no finer times, shows the same cues as SRT."""
MOVING = 12.0
"""Frames a second from which on a picture seems to move: of a slower one, a slide beside a recording, nobody sees the frames."""
DURATION_TOLERANCE_MS = 2
"""A cue may be so much shorter or longer than the limits, and a gap so much smaller: other programs round starts and ends to a
millisecond each, or to frames written as milliseconds."""
OVERLAP_TOLERANCE_MS = 1
"""Two cues may share so much without overlapping: an end and the next start at the same instant, each rounded."""
SPEED_TOLERANCE = 1e-6
"""Characters: reading speed is exact, but for the rounding of floating point."""

TOO_FAST, TOO_SHORT, TOO_LONG, WIDE, LINES = "too_fast", "too_short", "too_long", "wide", "lines"
GAP, COLLIDES = "gap", "collides"


@dataclass(frozen=True, kw_only=True)
class CueLimits:
    """What a cue may be, in one language: characters a line, lines, characters a second; milliseconds shown and between two cues.

    `gap_tolerance_ms` is what a gap may lack.
    """

    width: int = 42
    lines: int = 2
    cps: float = 17.0
    min_ms: float = 5000 / 6
    max_ms: float = 7000
    gap_ms: float = 80
    gap_tolerance_ms: float = DURATION_TOLERANCE_MS


def limits_of(params: Mapping[str, Any], language: str, frame_rate: float = 0.0) -> CueLimits:
    """The limits in `language` by the parameters of the stage `subtitles`.

    On a film of `frame_rate` frames a second (0: no picture), if that is a moving one, a gap is also `gap_frames` long. Such a gap may lack
    a step of the grid, because the cut beside it lies between two steps.
    """
    frames = 1000 * float(params.get("gap_frames") or 0) / frame_rate if frame_rate >= MOVING else 0.0
    return CueLimits(
        width=int((params.get("line_widths") or {}).get(language, params["max_line_width"])),
        lines=int(params["max_line_count"]),
        cps=float((params.get("reading_speeds") or {}).get(language, params["max_cps"])),
        min_ms=1000 * float(params["min_duration"]),
        max_ms=1000 * float(params["max_duration"]),
        gap_ms=max(1000 * float(params["min_gap"]), frames),
        gap_tolerance_ms=GRID_MS if frames else DURATION_TOLERANCE_MS,
    )


def as_data(limits: CueLimits) -> dict[str, float]:
    """Limits and tolerances by name, for the page."""
    return {
        **asdict(limits),
        "duration_tolerance_ms": DURATION_TOLERANCE_MS,
        "overlap_tolerance_ms": OVERLAP_TOLERANCE_MS,
        "speed_tolerance": SPEED_TOLERANCE,
    }


def lines_of(text: str) -> list[str]:
    """The lines of a cue's text as it is saved: blanks in a row are one, empty lines go."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return [line for line in lines if line]


def milliseconds(start: float, end: float) -> int:
    """From `start` to `end`, both in seconds, in whole milliseconds."""
    return round(end * 1000) - round(start * 1000)


def characters(lines: Sequence[str]) -> int:
    """Characters to read, a line break as one."""
    return len("\n".join(lines))


def width(lines: Sequence[str]) -> int:
    """Characters of the longest line."""
    return max(map(len, lines), default=0)


def cps(lines: Sequence[str], shown_ms: float) -> float:
    """Characters a second that a viewer has to read; 0 of a cue that is shown for no time."""
    return 1000 * characters(lines) / shown_ms if shown_ms > 0 else 0.0


def reading_ms(count: int, speed: float) -> int:
    """Milliseconds that a layout gives `count` characters at `speed` characters a second, on the grid."""
    return math.ceil(count * 1000 / speed / GRID_MS) * GRID_MS


def too_fast(count: int, shown_ms: float, limits: CueLimits) -> bool:
    """Whether `count` characters cannot be read while they are shown."""
    return count - SPEED_TOLERANCE > limits.cps * shown_ms / 1000


def too_short(shown_ms: float, limits: CueLimits) -> bool:
    """Whether a cue is shown too briefly to be seen."""
    return shown_ms < limits.min_ms - DURATION_TOLERANCE_MS


def too_long(shown_ms: float, limits: CueLimits) -> bool:
    """Whether a cue is shown, or its words are spoken, for longer than a cue may be."""
    return shown_ms > limits.max_ms + DURATION_TOLERANCE_MS


def broken(lines: Sequence[str], shown_ms: float, limits: CueLimits) -> list[str]:
    """The rules that a cue breaks by itself, in the order of their flags."""
    judged = {
        TOO_FAST: too_fast(characters(lines), shown_ms, limits),
        TOO_SHORT: too_short(shown_ms, limits),
        TOO_LONG: too_long(shown_ms, limits),
        WIDE: width(lines) > limits.width,
        LINES: len(lines) > limits.lines,
    }
    return [rule for rule, is_broken in judged.items() if is_broken]


def overlapping(gap_ms: float) -> bool:
    """Whether two cues, in order, are shown at the same time: `gap_ms` is from the end of the first to the start of the second."""
    return gap_ms < -OVERLAP_TOLERANCE_MS


def broken_between(gap_ms: float, limits: CueLimits) -> str:
    """The rule that a cue breaks with the one before it (`collides` or `gap`); empty where it keeps both."""
    if overlapping(gap_ms):
        return COLLIDES
    return GAP if gap_ms < limits.gap_ms - limits.gap_tolerance_ms else ""
