"""Reads the lengths of the films to compose: `30s`, `5m`, `2h`, with commas between them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from orchestrator.errors import USAGE, FatalError

DEFAULT = "30s,5m"
ALL = "30s,5m,30m,60m,2h"
SHORTEST_S, LONGEST_S = 5, 24 * 3600
_UNITS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class Length:
    """A length in seconds, and its name as it was written."""

    name: str
    seconds: int


def read(text: str) -> tuple[Length, ...]:
    """The lengths in `text`, the shortest first; `all` is every one of the suite. `FatalError` (usage)."""
    words = [word.strip() for word in (ALL if text.strip() == "all" else text).split(",")]
    return tuple(sorted(dict.fromkeys(map(_length, words)), key=lambda length: length.seconds))


def _length(word: str) -> Length:
    found = re.fullmatch(r"(\d{1,5})\s?([smh])", word.lower())
    if found is None:
        raise FatalError(
            f"--lengths {word}: not a length", f"write such as {DEFAULT}, or all for {ALL}", USAGE
        )
    seconds = int(found[1]) * _UNITS[found[2]]
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise FatalError(f"--lengths {word}: not between {SHORTEST_S} s and {LONGEST_S // 3600} h", "", USAGE)
    return Length(f"{found[1]}{found[2]}", seconds)
