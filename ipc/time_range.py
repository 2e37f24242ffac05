"""Parses a time range of a film, for the command line and the stages."""

from __future__ import annotations

import re

from ipc.errors import StageError


def clip_of(text: str | None) -> tuple[float, float] | None:
    """`START-END` as seconds; `StageError` (config) if it is not a time range."""
    if not text:
        return None
    start, _, end = text.partition("-")
    try:
        span = seconds_of(start), seconds_of(end)
    except ValueError:
        span = (0.0, 0.0)
    if span[1] <= span[0]:
        raise StageError(
            "config", f"--clip {text}: not a time range", "write it as START-END, such as 10:00-12:00"
        )
    return span


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
