"""How messages write times, counts and lists."""

from __future__ import annotations

from collections.abc import Sequence


def clock(seconds: float) -> str:
    """`0:07`, `3:07`, `1:02:09`: of the same width from one second to the next."""
    minutes, second = divmod(int(max(0.0, seconds)), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def plural(count: int, noun: str) -> str:
    """`1 film`, `3 films`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def first_of(words: Sequence[str], most: int = 4) -> str:
    """The words in a row, and after `most` of them how many more there are."""
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more
