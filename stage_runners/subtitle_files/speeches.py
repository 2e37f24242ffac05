"""Who speaks which lines of a cue by dashes and names, and what of a text is spoken: no sounds, no signs.

- Over there!        ANNA: Over there!        [ANNA] Over there!        [door slams]
- Where?
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ipc.cue_rules import UNSEEN

_DASH = re.compile(r"^\s*[-\u2010-\u2015]\s*(?=\S)")
_SOUND = re.compile(r"\[[^\[\]]*\]:?|\{[^{}]*\}|\uff3b[^\uff3b\uff3d]*\uff3d|【[^【】]*】")
"""Text in square or curly brackets: sounds and notes."""
_ASIDE = re.compile(r"\([^()]*\)|\uff08[^\uff08\uff09]*\uff09")
"""Text in round brackets: how a line is spoken, or a sound."""
_NESTED = 8
"""Brackets inside brackets that are looked for; a text could nest a hundred thousand."""
_MUSIC = "♪♫♬#"
_BRACKETED = re.compile(r"^(?P<open>[\[(])(?P<name>[^\[\]()]{1,40})[\])]:?(?:\s+|$)")
_NAMED = re.compile(r"^(?P<name>[^:\n]{1,40}):(?:\s+|$)")
BRACKETS, ROUND, COLON, UNCASED = "[", "(", ":", "~"
"""Forms of a name before a line. `UNCASED` stands before a colon in a script without capitals, where it may
be any word; the others are in capitals, or without case."""
USUAL = BRACKETS + COLON
"""The forms that are names in the subtitles of strangers."""
_NAME_MOST = 40
"""Characters of a speaker's name."""
_NAME_WORDS = 5
_NOBODY = frozenset([
    "all", "both", "man", "woman", "music", "laughter", "laughs", "laughing", "applause", "cheering", "sighs",
    "gasps", "chuckles", "coughs", "grunts", "groans", "screams", "shouts", "shouting", "sobs", "crying",
    "panting", "whispers", "whispering", "singing", "inaudible", "silence",
])  # fmt: skip
"""What captions write where a name stands."""


class Label(NamedTuple):
    """A name at the start of a line, in one of the forms above, which ends at `end`."""

    name: str
    form: str
    end: int

    @property
    def person(self) -> str | None:
        """The name, unless captions write it for sounds and for people in general."""
        return None if self.name.lower() in _NOBODY else self.name


class Speech(NamedTuple):
    """Lines of one speaker, without dash and name. It `begins` with one of these, or goes on."""

    begins: bool
    label: Label | None
    lines: list[str]


def label_of(line: str, forms: str = USUAL) -> Label | None:
    """The name before the text of a line, if it has one of these forms."""
    for pattern in (_BRACKETED, _NAMED):
        if found := pattern.match(line):
            name = name_of(found["name"])
            form = found["open"] if pattern is _BRACKETED else COLON
            if not could_be_name(name) or not name[0].isalnum():
                continue
            if name.upper() == name.lower():
                form = UNCASED if form == COLON else form
            elif not in_capitals(name):
                continue
            if form in forms:
                return Label(name, form, found.end())
    return None


def speeches(lines: Sequence[str], forms: str = USUAL, alone: str = COLON) -> Iterator[Speech]:
    """The lines of a cue by speaker: each line with a dash or a name begins a speech.

    `forms` are the forms of names, and `alone` those that may fill a line, if speech follows: in brackets,
    most such lines are sounds, `[DOOR SLAMS]`.
    """
    speech = Speech(begins=False, label=None, lines=[])
    lines = [UNSEEN.sub("", line) for line in lines]
    for at, line in enumerate(lines):
        dash = _DASH.match(line)
        rest = line[dash.end() :] if dash else line.strip()
        label = label_of(rest, forms)
        if label and label.end == len(rest):
            label = label if label.form in alone and _follows(lines[at + 1 : at + 2], forms) else None
        if dash or label:
            if speech.begins or speech.lines:
                yield speech
            speech = Speech(begins=True, label=label, lines=[])
        if rest := rest[label.end :] if label else rest:
            speech.lines.append(rest)
    yield speech


def _follows(lines: Sequence[str], forms: str) -> bool:
    """Whether the next line is speech that a name on a line by itself can belong to."""
    return bool(lines) and not _DASH.match(lines[0]) and not label_of(lines[0].strip(), forms)


def spoken(text: str, *, asides: bool = True) -> str:
    """The text without sounds in brackets; without `asides`, round ones stay, as in prose."""
    for _ in range(_NESTED):
        before, text = text, _SOUND.sub(" ", text)
        text = _ASIDE.sub(" ", text) if asides else text
        if text == before:
            break
    return " ".join(text.split())


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
