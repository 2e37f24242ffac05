"""The times in a subtitle file as they are written, and as they are rewritten: in the same spelling."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

_B = r"[ \t]{0,4}"
"""Blanks; a bound on them keeps the time of a match proportional to the line."""
PATTERN = rf"-?{_B}(?:\d{{1,4}}{_B}:{_B})?\d{{1,3}}{_B}:{_B}\d{{1,2}}(?:{_B}[,.:]{_B}\d{{1,3}})?(?!\d)"
"""A time: hours and the fraction may be missing, and translating programs put blanks between the parts."""
_PARTS = re.compile(
    rf"(?P<sign>-?){_B}(?:(?P<hours>\d{{1,4}}){_B}:{_B})?(?P<minutes>\d{{1,3}}){_B}:{_B}(?P<seconds>\d{{1,2}})"
    rf"(?:(?P<point>{_B}[,.:]{_B})(?P<fraction>\d{{1,3}}))?"
)
FINEST = 3
"""Digits of a fraction in SubRip and WebVTT."""


class Edit(NamedTuple):
    """The characters from `first` to `last` of the text become `new`."""

    first: int
    last: int
    new: str


@dataclass(frozen=True, kw_only=True)
class Time:
    """A time of a file: where it stands in the text, its value, and how many digits its fraction must have.

    `point` is written before a fraction if the file has none.
    """

    first: int
    text: str
    seconds: float
    digits: int
    point: str

    @property
    def unit(self) -> float:
        """The smallest step of the time in seconds."""
        return 10.0**-self.digits

    def edits(self, seconds: float) -> list[Edit]:
        """The edits that make it another time, never below zero; only digits change if they are as many."""
        if (found := _PARTS.fullmatch(self.text)) is None:
            raise ValueError(f"not a time: {self.text!r}")
        units = max(round(seconds * 10**self.digits), 0)
        whole, fraction = divmod(units, 10**self.digits)
        hours, rest = divmod(whole, 3600)
        edits = []
        if found["hours"] is None:
            edits.append(self._edit(found, "minutes", rest // 60, f"{hours:02}:" if hours else ""))
        else:
            edits += [self._edit(found, "hours", hours), self._edit(found, "minutes", rest // 60)]
        edits.append(self._edit(found, "seconds", rest % 60))
        if found["fraction"] is None:
            at = self.first + found.end("seconds")
            edits.append(Edit(at, at, f"{self.point}{fraction:0{self.digits}}"))
        else:
            first, last = found.span("fraction")
            edits.append(Edit(self.first + first, self.first + last, f"{fraction:0{self.digits}}"))
        if found["sign"]:
            edits.insert(0, Edit(self.first, self.first + 1, ""))
        return edits

    def _edit(self, found: re.Match[str], name: str, value: int, prefix: str = "") -> Edit:
        first, last = found.span(name)
        return Edit(self.first + first, self.first + last, f"{prefix}{value:0{last - first}}")


def read(text: str, first: int, *, least_digits: int, point: str) -> Time | None:
    """The time that stands at `first` of a file; None if minutes or seconds are above 59."""
    found = _PARTS.fullmatch(text)
    if found is None:
        return None
    hours, minutes, seconds = int(found["hours"] or 0), int(found["minutes"]), int(found["seconds"])
    if seconds > 59 or (minutes > 59 and found["hours"] is not None):
        return None
    fraction = found["fraction"] or ""
    value = hours * 3600 + minutes * 60 + seconds + (int(fraction) / 10 ** len(fraction) if fraction else 0.0)
    digits = max(len(fraction), least_digits)
    return Time(
        first=first, text=text, seconds=-value if found["sign"] else value, digits=digits, point=point
    )
