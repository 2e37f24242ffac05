"""Checks the path of a film on the command line."""

from __future__ import annotations

import shlex
from pathlib import Path

from orchestrator.errors import INPUT, FatalError

FILMS = {
    ".mkv", ".mp4", ".m4v", ".mov", ".avi", ".webm", ".ts", ".m2ts", ".mpg", ".mpeg", ".vob", ".wmv", ".flv",
    ".ogv", ".mp3", ".m4a", ".wav", ".flac", ".ogg", ".opus",
}  # fmt: skip
"""Suffixes of films and recordings, for hints only: a file is read whatever its suffix."""


def film_of(path: Path) -> Path:
    """The film's absolute path; `FatalError` if it is not a readable file."""
    # Symbolic links are not resolved, because the player looks for subtitles beside the link. But `..` is, so
    # that a film has one path from every folder and its files are recognised as its own.
    film = path.expanduser().absolute()
    if ".." in film.parts:
        film = film.parent.resolve() / film.name
    try:
        if film.is_dir():
            raise FatalError(f"{path}: this is a folder, not a film", _name_what_is_in(path, film), INPUT)
        with film.open("rb") as stream:
            if not stream.read(1):
                raise FatalError(f"{path}: the file is empty", "copy or download it again", INPUT)
    except FileNotFoundError as error:
        raise FatalError(f"{path}: file not found", "check the name", INPUT) from error
    except OSError as error:
        raise FatalError(
            f"{path}: cannot be read: {error.strerror}", "check its permissions", INPUT
        ) from error
    return film


def _name_what_is_in(path: Path, folder: Path) -> str:
    """A hint with the pattern that matches most films in the folder."""
    endings = [entry.suffix for entry in folder.iterdir() if entry.suffix.lower() in FILMS]
    if not endings:
        return "name the films in it"
    most = max(sorted(set(endings)), key=endings.count)
    return f"name the films in it: {shlex.quote(str(path))}/*{most}"
