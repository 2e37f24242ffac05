"""Other values for the times in a subtitle file, in the spelling that they have."""

from __future__ import annotations

from typing import NamedTuple

from stage_runners.subtitle_files.clock import PARTS, Time


class Edit(NamedTuple):
    """The characters from `first` to `last` of the text become `new`."""

    first: int
    last: int
    new: str


def edits(time: Time, seconds: float) -> list[Edit]:
    """The edits that make it another time, never below zero; only digits change if they are as many."""
    if (found := PARTS.fullmatch(time.text)) is None:
        raise ValueError(f"not a time: {time.text!r}")
    units = max(round(seconds * 10**time.digits), 0)
    whole, fraction = divmod(units, 10**time.digits)
    hours, rest = divmod(whole, 3600)

    def part(name: str, value: int, prefix: str = "") -> Edit:
        first, last = found.span(name)
        return Edit(time.first + first, time.first + last, f"{prefix}{value:0{last - first}}")

    made = []
    if found["hours"] is None:
        made.append(part("minutes", rest // 60, f"{hours:02}:" if hours else ""))
    else:
        made += [part("hours", hours), part("minutes", rest // 60)]
    made.append(part("seconds", rest % 60))
    if found["fraction"] is None:
        at = time.first + found.end("seconds")
        made.append(Edit(at, at, f"{time.point}{fraction:0{time.digits}}"))
    else:
        first, last = found.span("fraction")
        made.append(Edit(time.first + first, time.first + last, f"{fraction:0{time.digits}}"))
    if found["sign"]:
        made.insert(0, Edit(time.first, time.first + 1, ""))
    return made
