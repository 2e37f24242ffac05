"""A cue as it stands in a file: its text in the form of edits, with override codes, names and style."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ipc.override_codes import Code, canonical
from stage_runners.subtitle_files.entries import Subtitles
from stage_runners.subtitle_files.entry import Entry, Event

_MARKS = dict.fromkeys(map(ord, "\u202b\u202c\ufeff"))
"""Marks of direction that our own files add."""


class UnreadableError(ValueError):
    """The file cannot be read; the message says why, without the file's name."""


@dataclass(frozen=True, kw_only=True)
class ReadCue:
    """A cue of a file: seconds, text with line breaks, codes at places in it.

    `names` are those that the format has apart from the text, in order. `unkept` are the words for what the
    cue has that no edit can keep.
    """

    start: float
    end: float
    text: str
    codes: tuple[Code, ...] = ()
    names: tuple[str, ...] = ()
    style: str = ""
    unkept: tuple[str, ...] = ()

    def dump(self) -> dict[str, Any]:
        """The cue as plain JSON."""
        return {
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "codes": [list(one) for one in self.codes],
            "names": list(self.names),
            "style": self.style,
            "unkept": list(self.unkept),
        }


@dataclass(kw_only=True)
class ReadFile:
    """The cues of a file in its order, its styles by name, and words for what else it has."""

    cues: list[ReadCue]
    styles: dict[str, dict[str, Any]] = field(default_factory=dict)
    unkept: list[str] = field(default_factory=list)


class Builder:
    """Puts a text together from pieces, with single blanks and without empty lines."""

    def __init__(self) -> None:
        self._chars: list[str] = []
        self._codes: list[Code] = []

    @property
    def at_line_start(self) -> bool:
        """Whether the next character begins a line."""
        return not self._chars or self._chars[-1] == "\n"

    def add(self, piece: str) -> None:
        """Add text; a line feed ends a line."""
        for char in piece.translate(_MARKS):
            if char == "\n":
                while self._chars and self._chars[-1] == " ":
                    self._chars.pop()
                if not self.at_line_start:
                    self._chars.append("\n")
            elif char.isspace():
                if not self.at_line_start and self._chars[-1] != " ":
                    self._chars.append(" ")
            elif (char != "\u200f" or not self.at_line_start) and (char >= " " and char != "\x7f"):
                self._chars.append(char)

    def code(self, code: str) -> None:
        """Add a code at the present place."""
        self._codes.append(Code(len(self._chars), code))

    def done(self) -> tuple[str, tuple[Code, ...]]:
        """The text and its codes."""
        text = "".join(self._chars).rstrip()
        codes = [Code(min(one.at, len(text)), one.code) for one in self._codes]
        return text, canonical(text, codes)


def times_of(entry: Entry) -> tuple[float, float]:
    """The times of a cue as players take them; zero if they cannot be read."""
    return (entry.start.shown, entry.end.shown) if isinstance(entry, Event) else (0.0, 0.0)


def timed(subtitles: Subtitles, example: str) -> list[Event]:
    """The entries that players show; `UnreadableError` if there are none, or if times cannot be read.

    A cue that is left out would look as if the user had deleted it.
    """
    shown = [entry for entry in subtitles.entries if entry.shown]
    found = [entry for entry in shown if isinstance(entry, Event)]
    if wrong := next((entry for entry in shown if not isinstance(entry, Event)), None):
        raise UnreadableError(f"line {wrong.line} has no times such as {example}: {wrong.written[:60]}")
    if not found:
        raise UnreadableError(f"no line has times such as {example}")
    return found
