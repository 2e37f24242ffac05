"""Reads the tables of a document as lines: `NAME: text`, if a column has the names of speakers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from stage_runners.known_text import stamps
from stage_runners.subtitle_files.speeches import could_be_name, says

_HEADS = frozenset({"name", "names", "speaker", "who", "character", "role", "person"})
"""Words at the top of a column of names."""
_SHARE = 0.5
"""Share of the rows that must begin with a name that recurs."""

Cells = Sequence[Sequence[str]]
"""The cells of a row, each the lines in it."""


def lines_of_table(rows: Sequence[Cells]) -> list[str]:
    """The lines of the cells in order. The first cell of a row, if it is a name that recurs, begins them.

    Cells with a time or a number are left out then.
    """
    parts = [_said(row) for row in rows]
    firsts = [_name(row) for row in parts]
    count = Counter(filter(None, firsts))
    recurring = sum(number for number in count.values() if number > 1)
    named = recurring and recurring >= _SHARE * sum(len(row) > 1 for row in parts)
    result: list[str] = []
    for row, said, name in zip(rows, parts, firsts, strict=True):
        if not named or name is None:
            result += [line for cell in row for line in cell]
        elif not (name.casefold() in _HEADS and count[name] == 1):
            lines = [line for cell in said[1:] for line in cell]
            result += [f"{name}: {lines[0]}", *lines[1:]]
        result.append("")
    return result


def _said(row: Cells) -> list[list[str]]:
    """The cells that are more than a time or a number."""
    cells = [[line for line in cell if says(line)] for cell in row]
    return [cell for cell in cells if cell and not _is_number(cell)]


def _is_number(cell: Sequence[str]) -> bool:
    text = " ".join(cell).strip()
    return not any(char.isalpha() for char in text) or not says(stamps.without_stamps([(1, text)])[0][1])


def _name(row: Sequence[Sequence[str]]) -> str | None:
    if len(row) < 2 or len(row[0]) != 1:
        return None
    name = row[0][0].strip().rstrip(":").strip()
    return name if could_be_name(name) else None
