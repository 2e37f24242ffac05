"""What a search for films finds: films, and files and folders that are left out, each by a rule.

`RULES` is the one list of the rules; the summary counts by it, the plan and its JSON name them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class Rule(NamedTuple):
    """A rule by which films are left out: its name in JSON, and what the summary calls one, and several."""

    name: str
    one: str
    several: str = ""


class FileId(NamedTuple):
    """Which file it is, whatever its names."""

    device: int
    inode: int


HIDDEN = Rule("hidden", "hidden")
SYSTEM = Rule("system", "system folder", "system folders")
IGNORED = Rule("ignored", "named by ignore files")
UNFINISHED = Rule("unfinished", "incomplete")
GROWING = Rule("growing", "still being written")
SAMPLE = Rule("sample", "sample", "samples")
TRAILER = Rule("trailer", "trailer", "trailers")
EXTRA = Rule("extra", "extra", "extras")
THEME = Rule("theme", "theme video", "theme videos")
RECORDING = Rule("recording", "sound only")
DISC = Rule("disc", "disc", "discs")
EMPTY = Rule("empty", "empty")
UNREADABLE = Rule("unreadable", "unreadable")
OWN = Rule("own", "made by this tool")
LINK = Rule("link", "broken or circular link", "broken or circular links")
SAME_FILE = Rule("same_file", "other name of a film", "other names of films")
COPY = Rule("copy", "copy", "copies")
SAME_NAMES = Rule("same_names", "with the name of another film")
SUBTITLED = Rule("subtitled", "subtitled already")
LANGUAGE = Rule("language", "in another language", "in other languages")
SHORT = Rule("short", "too short")
SET_ASIDE = Rule("set_aside", "set aside after failing twice")
HANDLED = Rule("handled", "dealt with before")
LATER = Rule("later", "left for another time")
NO_FILM = Rule("no_film", "not a film", "not films")

RULES = (
    SUBTITLED, LANGUAGE, SHORT, SET_ASIDE, HANDLED, LATER, SAMPLE, TRAILER, EXTRA, THEME, RECORDING, OWN,
    SAME_FILE, COPY, SAME_NAMES, HIDDEN, SYSTEM, IGNORED, UNFINISHED, GROWING, DISC, EMPTY, LINK, UNREADABLE,
    NO_FILM,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Film:
    """A film to run: its absolute path, and what the folder says of the file.

    `named` is whether the command line names it; such a film is taken whatever the rules say of its name and
    its place. `linked` is whether its path leads through a symbolic link. `size` is in bytes, `modified` in
    seconds since the epoch.
    """

    path: Path
    size: int
    modified: float
    file: FileId
    named: bool = False
    linked: bool = False


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """A film, or a folder that may hold some, that is left out: by which rule, and why in this case."""

    path: Path
    rule: Rule
    why: str


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What a search found, in the order in which films run."""

    films: tuple[Film, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def counted(names: Iterable[str]) -> str:
    """How many are left out by each rule, in words: `3 extras, 1 hidden`; empty for none."""
    given = list(names)
    counts = [(given.count(rule.name), rule) for rule in RULES if rule.name in given]
    return ", ".join(f"{n} {rule.one if n == 1 else rule.several or rule.one}" for n, rule in counts)
