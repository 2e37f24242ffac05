"""The times in a subtitle file as they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass

_B = r"[ \t]{0,4}"
"""Blanks; a bound on them keeps the time of a match proportional to the line."""
PATTERN = rf"-?{_B}(?:\d{{1,4}}{_B}:{_B})?\d{{1,3}}{_B}:{_B}\d{{1,2}}(?:{_B}[,.:]{_B}\d{{1,3}})?(?!\d)"
"""A time: hours and the fraction may be missing, and translating programs put blanks between the parts."""
PARTS = re.compile(
    rf"(?P<sign>-?){_B}(?:(?P<hours>\d{{1,4}}){_B}:{_B})?(?P<minutes>\d{{1,3}}){_B}:{_B}(?P<seconds>\d{{1,2}})"
    rf"(?:(?P<point>{_B}[,.:]{_B})(?P<fraction>\d{{1,3}}))?"
)


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

    @property
    def exact(self) -> bool:
        """Whether a fraction is written, without which WebVTT has no time."""
        return bool((found := PARTS.fullmatch(self.text)) and found["fraction"])

    @property
    def shown(self) -> float:
        """Seconds as players take it: a file that was shifted too far has times below zero."""
        return max(self.seconds, 0.0)


def read(text: str, first: int, *, least_digits: int, point: str) -> Time | None:
    """The time that stands at `first` of a file; None if minutes or seconds are above 59."""
    found = PARTS.fullmatch(text)
    if found is None:
        return None
    hours, minutes, seconds = int(found["hours"] or 0), int(found["minutes"]), int(found["seconds"])
    if seconds > 59 or (minutes > 59 and found["hours"] is not None):
        return None
    fraction = found["fraction"] or ""
    value = ((hours * 60 + minutes) * 60 + seconds) * 1000 + int(f"{fraction:0<3}")
    return Time(
        first=first,
        text=text,
        seconds=(-value if found["sign"] else value) / 1000,
        digits=max(len(fraction), least_digits),
        point=point,
    )
