"""Times as subtitle files write them."""

from __future__ import annotations


def clock_time(milliseconds: int, point: str = ".") -> str:
    """`01:02:03.040`, with `point` before the milliseconds."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{point}{rest:03d}"
