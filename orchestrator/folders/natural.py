"""The natural order of names: `Episode 2` before `Episode 10`, whatever the case of the letters."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeAlias

_NUMBER = re.compile(r"(\d+)")
Key: TypeAlias = tuple[tuple[tuple[int, int, str], ...], ...]


def of_name(name: str) -> tuple[tuple[int, int, str], ...]:
    """The sort key of one name. Numbers stand before words, as in most file managers."""
    pieces = (piece for piece in _NUMBER.split(name.casefold()) if piece)
    return tuple((0, int(piece), piece) if piece.isdecimal() else (1, 0, piece) for piece in pieces)


def of_path(path: Path) -> Key:
    """The sort key of a path, folder by folder."""
    return tuple(map(of_name, path.parts))
