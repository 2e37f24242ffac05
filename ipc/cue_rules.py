"""The rules for cues: the limits, the measurements, and when a limit is broken.

All judgements of cues use this module: the layout's flags, those of edited cues, the scores, the report. The
page that edits cues has the same rules in JavaScript (`orchestrator/report/js/cue_rules.js`), which a test
compares with this module; it gets limits and tolerances as data.

A cue is measured as it is read: `lines` include dashes, and speaker labels if the caller has them. Length is
counted in Unicode code points in every script; a language with wide characters has a lower limit instead. A
line break counts as one character, because it separates words like a blank.

Times are compared as whole milliseconds, the precision of SubRip and WebVTT. Standard library only.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

UNSEEN = re.compile("[\u00ad\u061c\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Characters that take no room in a line."""
GRID_MS = 10
"""Our times are multiples of this, the precision of ASS, so that ASS and SRT show the same cues."""
MOVING = 12.0
"""Minimum frames per second of a moving picture: with fewer, such as a slide beside a recording, frames do
not matter."""
DURATION_TOLERANCE_MS = 2
"""Tolerance of durations and gaps: other programs round starts and ends to milliseconds, or to frames written
as milliseconds."""
OVERLAP_TOLERANCE_MS = 1
"""Tolerance of overlaps: an end and the next start at the same instant may be rounded differently."""
SPEED_TOLERANCE = 1e-6
"""Characters: reading speed is exact but for floating-point rounding."""

TOO_FAST, TOO_SHORT, TOO_LONG, WIDE, LINES = "too_fast", "too_short", "too_long", "wide", "lines"
GAP, COLLIDES = "gap", "collides"


@dataclass(frozen=True, kw_only=True)
class CueLimits:
    """The limits of cues in one language: characters per line, lines, reading speed, and milliseconds.

    `min_ms` and `max_ms` bound the duration, `gap_ms` the gap between two cues, which may be shorter by
    `gap_tolerance_ms`.
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

    In a moving picture of `frame_rate` frames per second (0: no picture), a gap is also at least `gap_frames`
    long. Such a gap may be one grid step shorter, because the cut beside it lies between two steps.
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
    """The lines of a cue's text as it is saved: repeated blanks become one, empty lines are removed."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return [line for line in lines if line]


def milliseconds(start: float, end: float) -> int:
    """The time from `start` to `end`, both in seconds, in whole milliseconds."""
    return round(end * 1000) - round(start * 1000)


def size(text: str) -> int:
    """Characters of a text, in Unicode code points, without invisible marks of direction and joiners."""
    return len(UNSEEN.sub("", text))


def characters(lines: Sequence[str]) -> int:
    """Characters to read; a line break counts as one."""
    return size("\n".join(lines))


def width(lines: Sequence[str]) -> int:
    """Characters of the longest line."""
    return max(map(size, lines), default=0)


def cps(lines: Sequence[str], shown_ms: float) -> float:
    """Reading speed in characters per second; 0 for a cue without duration."""
    return 1000 * characters(lines) / shown_ms if shown_ms > 0 else 0.0


def reading_ms(count: int, speed: float) -> int:
    """Milliseconds to read `count` characters at `speed` characters per second, rounded up to the grid."""
    return math.ceil(count * 1000 / speed / GRID_MS) * GRID_MS


def too_fast(count: int, shown_ms: float, limits: CueLimits) -> bool:
    """Return whether `count` characters exceed the reading speed."""
    return count - SPEED_TOLERANCE > limits.cps * shown_ms / 1000


def too_short(shown_ms: float, limits: CueLimits) -> bool:
    """Return whether a cue is shorter than the minimum duration."""
    return shown_ms < limits.min_ms - DURATION_TOLERANCE_MS


def too_long(shown_ms: float, limits: CueLimits) -> bool:
    """Return whether a cue, or the speech of its words, is longer than the maximum duration."""
    return shown_ms > limits.max_ms + DURATION_TOLERANCE_MS


def broken(lines: Sequence[str], shown_ms: float, limits: CueLimits) -> list[str]:
    """The rules that a cue breaks on its own, in the order of their flags."""
    judged = {
        TOO_FAST: too_fast(characters(lines), shown_ms, limits),
        TOO_SHORT: too_short(shown_ms, limits),
        TOO_LONG: too_long(shown_ms, limits),
        WIDE: width(lines) > limits.width,
        LINES: len(lines) > limits.lines,
    }
    return [rule for rule, is_broken in judged.items() if is_broken]


def overlapping(gap_ms: float) -> bool:
    """Return whether two successive cues overlap.

    `gap_ms` is from the end of the first to the start of the second.
    """
    return gap_ms < -OVERLAP_TOLERANCE_MS


def broken_between(gap_ms: float, limits: CueLimits) -> str:
    """The rule that a cue breaks with the one before it (`collides` or `gap`); empty if none."""
    if overlapping(gap_ms):
        return COLLIDES
    return GAP if gap_ms < limits.gap_ms - limits.gap_tolerance_ms else ""
