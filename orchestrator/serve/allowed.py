"""The paths that a request may name: films in the folders that the user allowed, links followed.

What is outside gets one answer, whether it is there or not, so that a client learns nothing about it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestrator.errors import INPUT, USAGE, FatalError
from orchestrator.planning.film_path import film_of
from orchestrator.surroundings import current_folder

_LONGEST = 4096
PROGRAMS = ("jellyfin", "emby", "plex", "sonarr", "radarr")
"""Programs whose paths may differ from those of others."""


class NotAllowedError(FatalError):
    """The request names what it may not name."""


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """Paths of a `program` (all, if empty) that begin with `theirs` begin with `ours` here."""

    theirs: str
    ours: str
    program: str = ""

    def here(self, path: str) -> str | None:
        """The path here of a path of theirs; None if it does not begin so."""
        if "\\" in self.theirs:
            return _moved(path.replace("\\", "/"), self.theirs.replace("\\", "/"), self.ours)
        return _moved(path, self.theirs, self.ours)

    def there(self, path: str) -> str | None:
        """Their path of a path here; None if it does not begin so."""
        found = _moved(path, self.ours, self.theirs)
        return found.replace("/", "\\") if found and "\\" in self.theirs else found


def _moved(path: str, old: str, new: str) -> str | None:
    old, new = old.rstrip("/"), new.rstrip("/")
    return new + path[len(old) :] if path == old or path.startswith(f"{old}/") else None


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """`folders` are the allowed folders, resolved; `maps` the mappings of other programs' paths."""

    folders: tuple[Path, ...]
    maps: tuple[Mapping, ...] = ()

    def folder(self, given: str) -> Path | None:
        """The folder at a path that a request gave; None if it is none, or not allowed."""
        path = Path(self.mapped(given))
        if "\0" in given or len(given) > _LONGEST or not path.is_absolute() or ".." in path.parts:
            return None
        return path if self.is_folder(path) and path.is_dir() else None

    def is_folder(self, path: Path) -> bool:
        """Whether a path is an allowed folder, or in one, links followed."""
        try:
            place = path.resolve()
        except (OSError, RuntimeError):  # a circle of links
            return False
        return any(place.is_relative_to(one) for one in self.folders)

    def film(self, given: str, program: str = "") -> Path:
        """The film at a path that a request gave; `FatalError` (usage: not allowed; input: no film)."""
        path = Path(self.mapped(given, program))
        if "\0" in given or len(given) > _LONGEST or not path.is_absolute() or ".." in path.parts:
            raise FatalError("not an absolute path of a film", "give its whole path, without ..", USAGE)
        if not self.has(path):
            raise NotAllowedError(
                "this service may not read there",
                "start it with --folder FOLDER, and with --map THEIRS=OURS for paths of another machine",
                USAGE,
            )
        return film_of(path)

    def has(self, path: Path) -> bool:
        """Whether a file and the folder that it is in are inside the allowed folders, links followed."""
        try:
            places = path.parent.resolve(), path.resolve()
        except (OSError, RuntimeError):  # a circle of links
            return False
        return all(any(place.is_relative_to(one) for one in self.folders) for place in places)

    def mapped(self, path: str, program: str = "") -> str:
        """The path here of a path of another program: by the longest mapping that fits."""
        for mapping in sorted(self._of(program), key=lambda one: len(one.theirs), reverse=True):
            if (found := mapping.here(path)) is not None:
                return found
        return path

    def theirs(self, path: Path, program: str) -> str:
        """The path that another program has for a path here."""
        for mapping in sorted(self._of(program), key=lambda one: len(one.ours), reverse=True):
            if (found := mapping.there(str(path))) is not None:
                return found
        return str(path)

    def _of(self, program: str) -> list[Mapping]:
        """The mappings that hold for a program: its own, or else those of all."""
        own = [one for one in self.maps if one.program and one.program == program]
        return own or [one for one in self.maps if not one.program]


def folders(given: Sequence[Path]) -> tuple[Path, ...]:
    """The folders of the command line, resolved; `FatalError` if one is none."""
    found = []
    for one in given:
        path = current_folder.absolute(one)
        if not path.is_dir():
            why = "not a folder" if os.path.lexists(path) else "there is no such folder"
            raise FatalError(f"{one}: {why}", "give the folder of your films", INPUT)
        found.append(path.resolve())
    return tuple(dict.fromkeys(found))


def mapping(text: str) -> Mapping:
    """The mapping in `/data/tv=/mnt/tv`, or `plex:/data/tv=/mnt/tv`; `FatalError` (usage)."""
    program, colon, rest = text.partition(":")
    if not colon or program not in PROGRAMS:
        program, rest = "", text
    theirs, equals, ours = rest.rpartition("=")
    if not equals or not theirs or not ours.startswith("/"):
        raise FatalError(f"--map {text}: not two paths", "write it as /data/tv=/mnt/tv", USAGE)
    return Mapping(theirs=theirs, ours=ours, program=program)
