"""The cue limits of a run, from its parameters, for one language and one film."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ipc.cue_rules import limits_of
from ipc.errors import StageError
from stage_runners.subtitles.cues import DASH, Profile
from stage_runners.subtitles.tokens import up

MIN_WIDTH = 16
"""A line must have room for a speaker label and words that cannot be split."""
LABELS = ("none", "change", "all")
_POSITIVE = ("max_line_width", "max_line_count", "max_cps", "min_duration", "max_duration")
_NOT_NEGATIVE = ("min_gap", "gap_frames", "chain", "snap")


@dataclass(frozen=True)
class Shots:
    """The starts of the film's shots, in milliseconds, ascending, and its frames per second (0: no video)."""

    times: Sequence[float] = ()
    frame_rate: float = 0.0


NO_SHOTS = Shots()


def profile(params: Mapping[str, Any], language: str, shots: Shots = NO_SHOTS) -> Profile:
    """The limits in `language`, on a film with these `shots`; StageError("config") if parameters conflict."""
    if wrong := _wrong(params):
        raise StageError("config", wrong)
    asked = limits_of(params, language)
    limits = Profile(
        width=asked.width,
        lines=asked.lines,
        cps=asked.cps,
        min_ms=up(params["min_duration"]),
        max_ms=up(params["max_duration"]),
        gap_ms=up(params["min_gap"]),
        chain_ms=up(params["chain"]),
        snap_ms=up(params["snap"]),
        gap_frames=int(params["gap_frames"]),
        dash=_dash(params, language),
    )
    return limits.on_film(shots.frame_rate)


def _wrong(params: Mapping[str, Any]) -> str:
    """The error in the parameters; empty if there is none."""
    for name in _POSITIVE:
        if not _positive(params[name]):
            return f"{_option(name)} {params[name]}: expected a number above 0"
    if params["speaker_labels"] not in LABELS:
        return f"--speaker-labels {params['speaker_labels']}: expected one of {', '.join(LABELS)}"
    if params["max_line_width"] < MIN_WIDTH:
        return f"--max-line-width {params['max_line_width']}: a line needs at least {MIN_WIDTH} characters"
    for name in _NOT_NEGATIVE:
        if not (_positive(params[name]) or params[name] == 0):
            return f"{_option(name)} {params[name]}: expected a number, 0 or more"
    if params["max_duration"] < params["min_duration"]:
        return f"--max-duration {params['max_duration']} is below --min-duration {params['min_duration']}"
    return ""


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _dash(params: Mapping[str, Any], language: str) -> str:
    """The prefix of each speaker's line in a dialogue cue; a style guide may use labels instead, if any."""
    dash = str(params["dashes"].get(language, params["dash"]))
    return dash if dash or params["speaker_labels"] != "none" else DASH


def _positive(value: object) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value) and value > 0
