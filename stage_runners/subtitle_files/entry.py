"""An entry of a subtitle file, and the lines of its text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from stage_runners.subtitle_files.clock import Time

LONGEST = 4000
"""Characters of a line that may have times; a line of the length of the file would take for ever."""
BLANKS = " \t\r\n\ufeff"
"""What is taken off texts. No-break spaces are not: sync reads UTF-8 as bytes, and they end letters."""
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")


class Row(NamedTuple):
    """A line of the text: its number from 1, its place, and what it says without its end."""

    number: int
    at: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A cue, or an event of ASS: its line, counted from 1, and its text with the markup that it has.

    `written` are the times as they stand there, and in WebVTT and SubRip `settings` what follows them. From
    `first` to `last` its text stands in the file. `sort` is `cue`, or in ASS `dialogue`, `comment`,
    `picture`, ... in lower case; a cue in a note of WebVTT is a `comment` too. `fields` are the columns of
    ASS in lower case, `name` for the speaker.
    """

    line: int
    written: str
    text: str
    first: int
    last: int
    sort: str = "cue"
    settings: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> bool:
        """Whether players show it."""
        return self.sort == "cue" or (self.sort == "dialogue" and bool(self.text.strip()))

    def at(self, start: Time | None, end: Time | None) -> Entry:
        """The entry as an `Event` with these times; itself if either could not be read."""
        return self if start is None or end is None else Event(**vars(self), start=start, end=end)


@dataclass(frozen=True, kw_only=True)
class Event(Entry):
    """An entry whose times can be read."""

    start: Time
    end: Time


def rows_of(text: str) -> Iterator[Row]:
    """The lines of a text, whatever their ends are."""
    at = number = 0
    while at < len(text):
        number += 1
        end = found.end() if (found := _LINE.match(text, at)) else len(text)
        yield Row(number, at, text[at:end].rstrip("\r\n"))
        at = end
