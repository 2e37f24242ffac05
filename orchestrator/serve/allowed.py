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


class NotAllowedError(FatalError):
    """The request names what it may not name."""


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """Paths of another program that begin with `theirs` begin with `ours` here."""

    theirs: str
    ours: str

    def of(self, path: str) -> str | None:
        """The path here; None if it does not begin so."""
        windows = "\\" in self.theirs
        path, theirs = (
            (path.replace("\\", "/"), self.theirs.replace("\\", "/")) if windows else (path, self.theirs)
        )
        theirs = theirs.rstrip("/")
        if path == theirs or path.startswith(f"{theirs}/"):
            return self.ours.rstrip("/") + path[len(theirs) :]
        return None


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """`folders` are the allowed folders, resolved; `maps` the mappings of other programs' paths."""

    folders: tuple[Path, ...]
    maps: tuple[Mapping, ...] = ()

    def film(self, given: str) -> Path:
        """The film at a path that a request gave; `FatalError` (usage: not allowed; input: no film)."""
        path = Path(self.mapped(given))
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

    def mapped(self, path: str) -> str:
        """The path here of a path of another program: by the longest mapping that fits."""
        for mapping in sorted(self.maps, key=lambda one: len(one.theirs), reverse=True):
            if (found := mapping.of(path)) is not None:
                return found
        return path


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
    """The mapping in `/data/tv=/mnt/tv`; `FatalError` (usage)."""
    theirs, equals, ours = text.rpartition("=")
    if not equals or not theirs or not ours.startswith("/"):
        raise FatalError(f"--map {text}: not two paths", "write it as /data/tv=/mnt/tv", USAGE)
    return Mapping(theirs=theirs, ours=ours)
