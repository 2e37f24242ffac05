"""Hours of the day during which films may be started: `22:00-07:00`."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Self

from orchestrator.errors import USAGE, FatalError

_FORM = re.compile(r"\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*")


@dataclass(frozen=True, kw_only=True)
class Hours:
    """From `start` to `end`, of local time, over midnight if `end` is earlier; None: always."""

    start: dt.time | None = None
    end: dt.time | None = None

    @classmethod
    def of(cls, text: str) -> Self:
        """The hours in a text; an empty one is always. `FatalError` (usage)."""
        if not text:
            return cls()
        found = _FORM.fullmatch(text)
        try:
            numbers = [int(one) for one in found.groups()] if found else [0, 0, 0, 0]
            start, end = dt.time(numbers[0], numbers[1]), dt.time(numbers[2], numbers[3])
        except ValueError:
            start = end = dt.time()
        if start == end:
            raise FatalError(f"--between {text}: not two times", "write it as 22:00-07:00", USAGE)
        return cls(start=start, end=end)

    def closed(self, now: dt.datetime | None = None) -> str:
        """Why no film may be started now, or nothing."""
        if self.start is None or self.end is None:
            return ""
        clock = (now or dt.datetime.now().astimezone()).time()
        over_midnight = self.end < self.start
        inside = (
            (clock >= self.start or clock < self.end) if over_midnight else self.start <= clock < self.end
        )
        return "" if inside else f"films are started from {self.start:%H:%M} to {self.end:%H:%M}"
