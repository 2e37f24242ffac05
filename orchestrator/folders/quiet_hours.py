"""Hours of the day in which new films may start: `--between 22:00-07:00`."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from orchestrator.errors import USAGE, FatalError

_DAY = 24 * 60


class Hours(NamedTuple):
    """A part of the day, by the clock on the wall, in minutes after midnight; it may pass midnight."""

    first: int
    last: int

    def wait(self, now: dt.datetime) -> float:
        """Seconds from `now` (local time) until a film may start; 0 if it may."""
        minute = now.hour * 60 + now.minute
        if (minute - self.first) % _DAY < (self.last - self.first) % _DAY:
            return 0.0
        return ((self.first - minute) % _DAY) * 60.0 - now.second

    def begin(self) -> str:
        """When they begin."""
        return _clock(self.first)

    def shown(self) -> str:
        """The hours as users write them."""
        return f"{_clock(self.first)}-{_clock(self.last)}"


def read(text: str) -> Hours:
    """The hours in `22:00-07:00` or `22-7`; `FatalError` (usage) for anything else."""
    found = re.fullmatch(r"(\d{1,2})(?::(\d{2}))?\s*(?:-|to)\s*(\d{1,2})(?::(\d{2}))?", text.strip())
    if found is not None:
        ends = [int(found[n] or 0) * 60 + int(found[n + 1] or 0) for n in (1, 3)]
        if all(end <= _DAY for end in ends) and all(int(found[n] or 0) < 60 for n in (2, 4)):
            hours = Hours(ends[0] % _DAY, ends[1] % _DAY)
            if hours.first != hours.last:
                return hours
    raise FatalError(
        f"--between {text}: not a part of the day", "write it as 22:00-07:00, in local time", USAGE
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
