"""Takes the times and numbers of a transcript out of its lines, and finds names with a time behind them.

[00:00:06] SHEILA: Hello.      00:06 Sheila: Hello.      #1 SHEILA: Hello.
Sheila (00:06)                 SHEILA 00:00:06: Hello.   [00:06 - 00:09] Hello.
Hello.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from stage_runners.subtitle_files.speeches import could_be_name, in_capitals, name_of

_TIME = r"\d{1,3}:[0-5]\d(?::[0-5]\d)?(?:[.,;:]\d{1,3})?"
_SPAN = rf"{_TIME}(?:\s*(?:-->|[-\u2010-\u2015]|to)\s*{_TIME})?"
_BRACKETED = re.compile(rf"^\s*[\[({{<]\s*{_SPAN}\s*[\])}}>]\s*[-\u2010-\u2015:]?\s*")
_LONG = re.compile(
    rf"^\s*\d{{1,2}}:[0-5]\d:[0-5]\d(?:[.,;:]\d{{1,3}})?(?:\s*(?:-->|[-\u2010-\u2015])\s*{_TIME})?(?!\d)\s*"
)
_BARE = re.compile(rf"^\s*{_SPAN}(?!\d)\s*[-\u2010-\u2015]?\s*")
_NUMBER = re.compile(r"^\s*#\s?\d{1,6}[.:)]?\s+")
_HEADER = re.compile(
    rf"^\s*([^\s\d:][^:\n]{{0,39}}?)[\s,|-]*(?:([\[(])\s*{_SPAN}\s*[\])]|(?<=\s){_SPAN})\s*(:?)\s*(.*)$"
)
_RECUR = 2
"""Lines that begin with a bare time, or a number, from which these are no speech,"""
_SHARE = 0.2
"""and their least share in the lines."""

Row = tuple[int, str]


def without_stamps(rows: Sequence[Row]) -> list[Row]:
    """The lines without the times and numbers that they begin with.

    `10:30` may be speech: it goes only if many lines begin so; what is in brackets, or has seconds, always.
    """
    full = sum(bool(line.strip()) for _, line in rows)
    sometimes = []
    for form in (_NUMBER, _BARE):
        count = sum(form.match(_certain(line)) is not None for _, line in rows)
        if count >= max(_RECUR, _SHARE * full):
            sometimes.append(form)
    result = []
    for number, raw in rows:
        line, before = raw, None
        while line != before:
            before = line
            line = _certain(line)
            for form in sometimes:
                line = form.sub("", line, count=1)
        result.append((number, line))
    return result


def _certain(line: str) -> str:
    return _LONG.sub("", _BRACKETED.sub("", line, count=1), count=1)


def with_labels(rows: Sequence[Row]) -> list[Row]:
    """The lines, a name with a time behind it as `NAME: text`; the text may be in the next line."""
    return [(number, _labelled(line)) for number, line in rows]


def _labelled(line: str) -> str:
    match = _HEADER.match(line)
    if match is None:
        return line
    name, bracket, colon, rest = name_of(match[1]), match[2], match[3], match[4]
    if not could_be_name(name) or (rest and not (colon or bracket or in_capitals(name))):
        return line
    words = name.split()
    if not bracket and (len(words) > 4 or any(word[0].islower() for word in words)):
        return line  # "We met at 10:30"
    return f"{name}: {rest}"
