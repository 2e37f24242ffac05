"""Formats durations, sizes and speeds for the user, short and of bounded width."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ipc.legible import legible
from ipc.wording import clock, plural

__all__ = ["clock", "duration", "lead", "legible", "plain", "plural", "remaining", "size", "speed", "table"]

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


def duration(seconds: float | None) -> str:
    """`0.4 s`, `12 s`, `3:07`, `1:02:09`; at most 8 characters below 100 h, empty if unknown."""
    if seconds is None or seconds != seconds or seconds < 0:  # noqa: PLR0124 (not a number)
        return ""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else clock(whole)


def size(count: float | None) -> str:
    """Bytes as `812 kB`, `9.9 MB`, `230 MB`, `1.4 GB`: powers of 1000, at most 6 characters below 1000 TB."""
    if count is None or count < 0:
        return ""
    if count < 1000:
        return f"{int(count)} B"
    value = float(count)
    for unit in ("kB", "MB", "GB", "TB"):
        value /= 1000
        if value < 9.95:
            return f"{value:.1f} {unit}"
        if value < 999.5 or unit == "TB":
            break
    return f"{value:.0f} {unit}"


def speed(factor: float | None) -> str:
    """A multiple of real time as `0.31x`, `4.2x`, `140x`, `>999x`; at most 5 characters."""
    if factor is None or not factor > 0:
        return ""
    if factor < 0.995:
        return f"{factor:.2f}x"
    if factor < 9.95:
        return f"{factor:.1f}x"
    return f"{factor:.0f}x" if factor < 999.5 else ">999x"


def plain(text: str) -> str:
    """A sentence or a log line on one line, without the colours that libraries add, and `legible`."""
    return legible(" ".join(_ESCAPES.sub("", text).split()))


def lead(text: str) -> str:
    """The first non-empty line of `text`, made `plain`."""
    return next(filter(None, map(plain, text.splitlines())), "")


def remaining(seconds: float | None) -> str:
    """Time left, in a sensible precision: `42 s`, `12:07`, `1.2 h`; at most 5 characters below 1000 h."""
    if seconds is None or seconds != seconds or seconds < 0:  # noqa: PLR0124 (not a number)
        return ""
    if seconds < 59.5:
        return f"{max(1, round(seconds))} s"
    if seconds < 3599.5:
        return clock(round(seconds))
    return f"{seconds / 3600:.1f} h" if seconds < 9.95 * 3600 else f"{seconds / 3600:.0f} h"


def roughly(seconds: float | None) -> str:
    """A length of time for a sentence: `42 s`, `12 min`, `1.2 h`; empty if unknown."""
    if seconds is None or not 59.5 <= seconds < 3599.5:
        return remaining(seconds)
    return f"{max(1, round(seconds / 60))} min"


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """`rows` as legible lines; every column but the last is as wide as its widest cell."""
    rows = [[legible(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    return [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in rows
    ]
