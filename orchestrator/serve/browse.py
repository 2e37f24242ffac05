"""What is in a folder of the user's films, for whoever chooses one in the page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from orchestrator.errors import INPUT, FatalError
from orchestrator.film_files import kinds
from orchestrator.serve import library
from orchestrator.serve.allowed import Allowed, NotAllowedError

MOST = 2000
"""Names of one folder that a client gets."""


def listing(allowed: Allowed, given: str) -> dict[str, Any]:
    """The folders and films in a folder, by name; without `given` the folders that are allowed.

    `FatalError` if it is none, `NotAllowedError` if it is outside of them. Hidden files, and files that are
    no films by their names, are left out; `left_out` counts what is over `MOST`. A film that a library would
    not take, such as a trailer, says so in `rule`.
    """
    if not given:
        found = [{"name": str(one), "path": str(one)} for one in allowed.folders]
        return {"path": "", "parent": None, "folders": found, "films": [], "left_out": 0}
    path = Path(given)
    if not path.is_absolute() or ".." in path.parts or "\0" in given or not allowed.is_folder(path):
        raise NotAllowedError(
            "this service may not read there", "start it with --folder FOLDER to allow a folder", INPUT
        )
    folders: list[dict[str, Any]] = []
    films: list[dict[str, Any]] = []
    try:
        rules = library.left_out_by_name(path)
        with os.scandir(path) as entries:
            for entry in sorted(entries, key=lambda one: _order(one.name)):
                if entry.name.startswith(".") or not allowed.has(Path(entry.path)):
                    continue
                if entry.is_dir():
                    folders.append({"name": entry.name, "path": entry.path})
                elif entry.is_file() and kinds.by_name(entry.name) in {"film", "recording"}:
                    rule = rules.get(Path(entry.path), "")
                    size = entry.stat().st_size
                    films.append({"name": entry.name, "path": entry.path, "size": size, "rule": rule})
    except OSError as error:
        raise FatalError(
            f"the folder cannot be read: {error.strerror}", "check its name and permissions", INPUT
        ) from error
    kept = folders[:MOST], films[: max(MOST - len(folders), 0)]
    return {
        "path": str(path),
        "parent": "" if path.resolve() in allowed.folders else str(path.parent),
        "folders": kept[0],
        "films": kept[1],
        "left_out": len(folders) + len(films) - len(kept[0]) - len(kept[1]),
    }


def _order(name: str) -> tuple[object, ...]:
    """Numbers in names by their value, so that episode 2 comes before episode 10."""
    parts: list[tuple[int, int, str]] = []
    word, digits = "", ""
    for char in f"{name.casefold()}\0":
        if char.isascii() and char.isdigit():
            if word:
                parts.append((1, 0, word))
                word = ""
            digits += char
            continue
        if digits:
            parts.append((0, int(digits[:18]), ""))
            digits = ""
        word += char
    return (*parts, (1, 0, word), (1, 0, name))
