"""Films that are asked for while a run goes: lines from standard input or a file (docs/events.md)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ipc.parsing import json_of
from orchestrator.config import files
from orchestrator.config.values import Layer
from orchestrator.errors import USAGE, FatalError
from orchestrator.surroundings import current_folder

STDIN = "-"
_LONGEST = 1 << 20
"""Bytes of a line."""
_SHOWN = 200
"""Characters of a wrong line that an event has."""
_KEYS = frozenset({"film", "id", "options", "written", "cancel"})


@dataclass(frozen=True)
class WrittenFile:
    """A file's path, the digest of the content that was written, and the part of the film that it covers."""

    path: Path
    digest: str
    clip: str = ""


@dataclass(frozen=True, kw_only=True)
class WantedFilm:
    """A film that is asked for, what whoever asks calls it, and the options of this film alone.

    `written` are files beside it that this tool wrote on another machine: a run may replace them.
    """

    film: Path
    id: str = ""
    options: Layer = field(default_factory=Layer)
    written: tuple[WrittenFile, ...] = ()


@dataclass(frozen=True)
class Unwanted:
    """The film called `id` is no longer wanted."""

    id: str


@dataclass(frozen=True)
class Unreadable:
    """A line that asks for nothing that can be done, and why."""

    id: str
    line: str
    error: FatalError


Line = WantedFilm | Unwanted | Unreadable


def parsed(line: str, where: str) -> Line | None:
    """What a line asks for: a path, or a JSON object; None for an empty line."""
    text = line.strip("\r\n")
    if not text.strip():
        return None
    if not text.lstrip().startswith("{"):
        return WantedFilm(film=Path(text))
    try:
        table = json_of(text)
    except ValueError as error:
        problem = FatalError(f"{where}: neither a path nor a JSON object: {error}", "correct it", USAGE)
        return Unreadable("", text[:_SHOWN], problem)
    try:
        return _from_table(table, where)
    except FatalError as error:
        name = table.get("id")
        return Unreadable(name if isinstance(name, str) else "", text[:_SHOWN], error)


def _from_table(table: Mapping[str, Any], where: str) -> Line:
    if unknown := sorted(table.keys() - _KEYS):
        raise FatalError(f"{where}: unknown key {unknown[0]!r}", f"use {', '.join(sorted(_KEYS))}", USAGE)
    if "cancel" in table:
        return Unwanted(_text(table, "cancel", where))
    film, options = _text(table, "film", where), table.get("options", {})
    if not film:
        raise FatalError(f"{where}: no film", 'write {"film": "movie.mkv"}', USAGE)
    if not isinstance(options, dict):
        raise FatalError(f"{where}: options is no object", 'write {"language": "en"}, for example', USAGE)
    return WantedFilm(
        film=Path(film),
        id=_text(table, "id", where),
        options=_options(options, where),
        written=tuple(_written(table.get("written", []), where)),
    )


def _written(files_there: object, where: str) -> Iterator[WrittenFile]:
    if not isinstance(files_there, list) or not all(isinstance(one, dict) for one in files_there):
        raise FatalError(f"{where}: written is no list of objects", "see docs/events.md", USAGE)
    for one in files_there:
        yield WrittenFile(
            Path(_text(one, "path", where)), _text(one, "digest", where), _text(one, "clip", where)
        )


def _text(table: Mapping[str, Any], key: str, where: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str) or "\0" in value:
        raise FatalError(f"{where}: {key} is no text", "put it in quotes", USAGE)
    return value


def _options(table: Mapping[str, Any], where: str) -> Layer:
    """The options of one film; relative paths in them begin at the folder that the run was started in."""
    return files.layer(table, Path(where), current_folder.here() or Path("/"))


def lines(place: str) -> Iterator[str]:
    """The lines of a file, or of standard input (`-`) as they come. `FatalError` if it cannot be read."""
    try:
        descriptor = 0 if place == STDIN else os.open(place, os.O_RDONLY)
    except OSError as error:
        raise FatalError(
            f"--films-from {place}: cannot be read: {error.strerror}", "check its path", USAGE
        ) from error
    return _lines(descriptor)


def _lines(descriptor: int) -> Iterator[str]:
    # Not sys.stdin: a thread that waits in it when the program ends makes Python abort.
    rest = b""
    while block := os.read(descriptor, 1 << 16):
        *whole, rest = (rest + block).split(b"\n")
        yield from (os.fsdecode(line) for line in whole)
        if len(rest) > _LONGEST:
            rest = rest[:_LONGEST]
    if rest:
        yield os.fsdecode(rest)


def asked(place: str, cancel: Callable[[str], None]) -> Iterator[WantedFilm | Unreadable]:
    """The films that the lines ask for, as they come; `cancel` is called with the id of one not wanted now.

    The lines are read in a thread of their own, because whoever takes the films may wait for room.
    """
    import queue
    import threading

    found: queue.SimpleQueue[WantedFilm | Unreadable | None] = queue.SimpleQueue()
    source = lines(place)
    name = "standard input" if place == STDIN else place

    def read() -> None:
        try:
            for number, line in enumerate(source, start=1):
                match parsed(line, f"{name}, line {number}"):
                    case Unwanted(unwanted):
                        cancel(unwanted)
                    case None:
                        pass
                    case one:
                        found.put(one)
        except OSError as error:
            problem = FatalError(f"{name}: cannot be read: {error.strerror}", "start the run again", USAGE)
            found.put(Unreadable("", "", problem))
        found.put(None)

    threading.Thread(target=read, name="films", daemon=True).start()
    return iter(found.get, None)
