"""Parses a time range of a film, for the command line and the stages."""

from __future__ import annotations

import re

from ipc.errors import StageError

_FORM = "write it as START-END, such as 10:00-12:00 or 1:02:03.5-1:03:00"


def clip_of(text: str | None) -> tuple[float, float] | None:
    """`START-END` as seconds; `StageError` (config) if it is not a time range."""
    if not text:
        return None
    start, dash, end = text.strip().partition("-")
    if not dash and _is_time(start):
        raise _wrong(text, "not a time range, because it has no end")
    try:
        first = seconds_of(start)
        last = seconds_of(end)
    except ValueError as error:
        part = str(error)
        if not start.strip() or part.strip().startswith("-"):
            raise _wrong(text, "not a time range: times count from the film's start, 0:00") from error
        what = f"{part.strip()!r} is not a time" if part.strip() else "it has no end"
        raise _wrong(text, f"not a time range: {what}") from error
    if last <= first:
        raise _wrong(text, f"not a time range, because {end.strip()} is not after {start.strip()}")
    return first, last


def _wrong(text: str, what: str) -> StageError:
    return StageError("config", f"--clip {text}: {what}", _FORM)


def _is_time(text: str) -> bool:
    try:
        seconds_of(text)
    except ValueError:
        return False
    return True


def seconds_of(text: str) -> float:
    """`90`, `1:30` or `0:01:30.5` as seconds; `ValueError` for anything else."""
    parts = text.strip().split(":")
    if not 1 <= len(parts) <= 3 or not all(re.fullmatch(r"\d+(\.\d+)?", part) for part in parts):
        raise ValueError(text)
    if any(float(part) >= 60 for part in parts[1:]):
        raise ValueError(text)
    value = 0.0
    for part in parts:
        value = value * 60 + float(part)
    return value
