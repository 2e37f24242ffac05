"""Ignore files in a library: ours, Jellyfin's and Plex's. They say which films are not taken.

| file | meaning |
|---|---|
| `.orchestratorignore` | patterns as in a `.gitignore`, for its folder and all below |
| `.ignore` (Jellyfin) | the same; an empty one leaves out its folder and all below |
| `.plexignore` (Plex) | a pattern without `/` is for names of files, one with `/` for paths from its folder |

A pattern of a deeper folder counts before one of a folder above it, as in git. An ignore file that cannot be
read, a line that is no pattern, and one with so many `*` that comparing it would take long, are reported and
leave out nothing.
"""

from __future__ import annotations

import fnmatch
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ipc import plain_file
from orchestrator.util.notices import notice

OURS, JELLYFIN, PLEX = ".orchestratorignore", ".ignore", ".plexignore"
NAMES = (PLEX, JELLYFIN, OURS)
"""In order of rank: the last one counts."""
_LARGEST = 1 << 16
_MOST_STARS = 3
"""More `*` in one name of a pattern can take a regular expression seconds for one file."""

Answer = bool | None
"""Whether a path is left out (True), kept by a `!` (False), or not named (None)."""


@dataclass(frozen=True, kw_only=True)
class IgnoreFile:
    """An ignore file: its path, whether it leaves out all of its folder, and how it judges the rest.

    `judge` takes a path from the file's folder, with `/`, and whether it is a folder.
    """

    path: Path
    everything: bool
    judge: Callable[[str, bool], Answer]


def read(folder: Path, names: Sequence[str]) -> tuple[IgnoreFile, ...]:
    """The ignore files of a folder that holds files of these names."""
    found = (_read(folder / name) for name in NAMES if name in names)
    return tuple(one for one in found if one is not None)


def by(path: Path, *, folder: bool, files: Sequence[IgnoreFile]) -> Path | None:
    """The ignore file by which a path is left out; None if it is taken. `files` stand from the top down."""
    decided: tuple[Answer, Path | None] = (None, None)
    for one in files:
        answer = one.judge(path.relative_to(one.path.parent).as_posix(), folder)
        if answer is not None:
            decided = (answer, one.path)
    return decided[1] if decided[0] else None


def _read(path: Path) -> IgnoreFile | None:
    try:
        text = plain_file.read(path, _LARGEST).decode("utf-8-sig", errors="replace")
    except plain_file.UnusableFileError as error:
        notice(f"{path}: {error}; it is not used")
        return None
    except OSError as error:
        notice(f"{path}: cannot be read: {error.strerror}; it is not used")
        return None
    lines = [line for line in text.splitlines() if _is_usable(line, path)]
    if path.name == PLEX:
        return IgnoreFile(path=path, everything=False, judge=_as_plex(lines))
    everything = path.name == JELLYFIN and not text.strip()
    return IgnoreFile(path=path, everything=everything, judge=_as_git(lines))


def _is_usable(line: str, path: Path) -> bool:
    """Return whether a line is a pattern that can be compared, soon; if not, it is reported."""
    why = ""
    if any(len(re.findall(r"\*+", name)) > _MOST_STARS for name in line.split("/")):
        why = f"has more than {_MOST_STARS} * in one name"
    try:
        _as_git([line])
    except (ValueError, re.error):
        why = "is no pattern"
    if why:
        notice(f"{path}: {line.strip()}: {why}; this line is not used")
    return not why


def _as_git(lines: Sequence[str]) -> Callable[[str, bool], Answer]:
    from pathspec import GitIgnoreSpec

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of `re`, about what brackets may mean one day
        spec = GitIgnoreSpec.from_lines(lines)
    return lambda path, folder: spec.check_file(f"{path}/" if folder else path).include


def _as_plex(lines: Sequence[str]) -> Callable[[str, bool], Answer]:
    patterns = [line.strip() for line in lines]
    patterns = [line.removeprefix("\\") for line in patterns if line and not line.startswith("#")]
    names = [pattern for pattern in patterns if "/" not in pattern]
    paths = [pattern.strip("/").split("/") for pattern in patterns if "/" in pattern]

    def judge(path: str, folder: bool) -> Answer:
        parts = PurePosixPath(path).parts
        if not folder and any(fnmatch.fnmatchcase(parts[-1], pattern) for pattern in names):
            return True
        return True if any(_matches(parts, pattern) for pattern in paths) else None

    return judge


def _matches(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    return len(parts) == len(pattern) and all(map(fnmatch.fnmatchcase, parts, pattern))
