"""What is read from the file of a known text: lines of speech, and who speaks them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

_SOUND = re.compile(r"\[[^\[\]]*\]|\{[^{}]*\}|\uff3b[^\uff3b\uff3d]*\uff3d|【[^【】]*】")
"""Text in square or curly brackets: sounds, notes, and the override codes of ASS."""
_ASIDE = re.compile(r"\([^()]*\)|\uff08[^\uff08\uff09]*\uff09")
"""Text in round brackets: how a line is spoken, or a sound."""
_MUSIC = "♪♫♬#"
_NAME_MOST = 40
"""Characters of a speaker's name."""
_NAME_WORDS = 5


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of speech as written.

    `number` is where it stands: the line of the file, or the cue, from 1. `speaker` is None if the text does
    not say who speaks. An `optional` line, such as a song's, is not missed if nobody speaks it. One that
    `begins` has the name in the same row of the file, so it does not go on with the line before it.
    """

    number: int
    text: str
    speaker: str | None = None
    optional: bool = False
    begins: bool = False


@dataclass(frozen=True, kw_only=True)
class KnownText:
    """The lines of a file; `form` says what it was read as, `notes` are for the user."""

    form: str
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def speakers(self) -> tuple[str, ...]:
        """The names of the speakers, in the order in which they appear."""
        return tuple(dict.fromkeys(line.speaker for line in self.lines if line.speaker))


def spoken(text: str, *, asides: bool = True) -> str:
    """The text without sounds in brackets; without `asides`, round ones stay, as in prose."""
    before = None
    while before != text:
        before, text = text, _SOUND.sub(" ", text)
        text = _ASIDE.sub(" ", text) if asides else text
    return " ".join(text.split())


_ENDS = tuple(".?!…。！？।۔:")  # noqa: RUF001


def joined(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, those put together that one speaker's speech was broken into to fit a page.

    A line goes on in the next row of the file, unless it ends a sentence or either is sung.
    """
    last: Line | None = None
    end = 0
    for line in lines:
        if (
            last is not None
            and line.number == end + 1
            and not line.begins
            and line.speaker
            and line.speaker == last.speaker
            and not (line.optional or last.optional)
            and not last.text.rstrip("\"'\u201d\u2019\u00bb)").endswith(_ENDS)
        ):
            last = replace(last, text=f"{last.text} {line.text}")
        else:
            if last is not None:
                yield last
            last = line
        end = line.number
    if last is not None:
        yield last


def says(text: str) -> bool:
    """Whether there is anything to speak in it."""
    return any(char.isalnum() for char in text)


def is_sung(text: str) -> bool:
    """Whether the text stands between notes, as subtitles mark songs."""
    plain = text.strip()
    return bool(plain) and (plain[0] in _MUSIC[:3] or plain[-1] in _MUSIC[:3] or plain[0] == plain[-1] == "#")


def without_notes(text: str) -> str:
    """The text without the signs of music."""
    return " ".join("".join(" " if char in _MUSIC[:3] else char for char in text).split())


def could_be_name(text: str) -> bool:
    """Whether the text has the form of a name: few words, with a letter, and no sentence."""
    words = text.split()
    return (
        0 < len(words) <= _NAME_WORDS
        and len(text) <= _NAME_MOST
        and any(char.isalpha() for char in text)
        and not any(char in '?!…:;"“”«»[]{}<>=|' for char in text)
        and not text.rstrip().endswith((",", "..."))
    )


def in_capitals(text: str) -> bool:
    """Whether its letters are capitals; false in scripts without case."""
    return text.upper() == text and text.lower() != text


def name_of(text: str) -> str:
    """A speaker's name as written, on one line, without what is in brackets: `DIANE (V.O.)` is `DIANE`."""
    return spoken(text).strip(" .:-\u2013\u2014^@*_'\"")
