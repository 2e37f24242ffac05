"""The timed entries of a subtitle file in its order, each with its place in the text; nothing is lost.

A file is read by its content, because files are often named wrongly. Whatever is damaged is an entry as long
as it can be seen where it begins: its reader decides whether that is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from stage_runners.subtitle_files import ass_lines, cue_lines
from stage_runners.subtitle_files.entry import Entry, Event

_READERS: dict[str, Callable[[str, str], Iterator[Entry]]] = {
    "srt": cue_lines.entries,
    "vtt": cue_lines.entries,
    "ass": ass_lines.entries,
}
NAMES = {"srt": "SubRip (SRT)", "vtt": "WebVTT", "ass": "Advanced SubStation Alpha (ASS)"}
"""What each kind is called in messages; SSA is of the kind `ass`."""
_INFO = re.compile(r"\[script info\]", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Subtitles:
    """What a text has: its `kind` (`srt`, `vtt` or `ass`), and all entries in the order of the text."""

    kind: str
    entries: tuple[Entry, ...]

    @property
    def events(self) -> tuple[Event, ...]:
        """The entries with times, those that no player shows among them."""
        return tuple(entry for entry in self.entries if isinstance(entry, Event))

    @property
    def malformed(self) -> tuple[Entry, ...]:
        """The entries whose times cannot be read."""
        return tuple(entry for entry in self.entries if not isinstance(entry, Event))


def kind_of(text: str) -> str:
    """The kind by the content: `vtt`, `ass`, or else `srt`, whose reader is the most tolerant."""
    head = text[:4096].lstrip("\ufeff \t\r\n")
    if head[:6].lower() == "webvtt":
        return "vtt"
    return "ass" if _INFO.match(head) or ass_lines.EVENTS.search(text) else "srt"


def read(text: str, kind: str = "") -> Subtitles:
    """The entries of a text with line ends of any system, read as `kind` or else by its content.

    Never fails: a text that has no subtitles has no entries. Takes time in proportion to the text.
    """
    kind = kind or kind_of(text)
    return Subtitles(kind=kind, entries=tuple(_READERS[kind](kind, text)))
