"""Checks the path of a film on the command line."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from ipc import plain_file
from ipc.suggest import nearest
from orchestrator.errors import INPUT, FatalError
from orchestrator.surroundings import current_folder
from orchestrator.util.command_line import typed
from orchestrator.util.film_names import check_utf8

FILMS = {
    ".mkv", ".mp4", ".m4v", ".mov", ".avi", ".webm", ".ts", ".m2ts", ".mpg", ".mpeg", ".vob", ".wmv", ".flv",
    ".ogv", ".mp3", ".m4a", ".wav", ".flac", ".ogg", ".opus",
}  # fmt: skip
"""Suffixes of films and recordings, for hints only: a file is read whatever its suffix."""


def film_of(path: Path) -> Path:
    """The film's absolute path; `FatalError` if it is not a readable file."""
    # Symbolic links are not resolved, because the player looks for subtitles beside the link. But `..` is, so
    # that a film has one path from every folder and its files are recognised as its own.
    film = current_folder.absolute(path)
    if ".." in film.parts:
        film = film.parent.resolve() / film.name
    try:
        kind = plain_file.kind_of(film.stat())
        if kind == "a folder":
            raise FatalError(f"{path}: this is a folder, not a film", _name_what_is_in(path, film), INPUT)
        if kind or film.is_relative_to("/dev") or (film.is_relative_to("/proc") and "fd" in film.parts):
            # A stage would wait for a pipe for ever, and its own /dev/stdin is another one.
            raise FatalError(
                f"{path}: this is {kind or 'a stream of one process'}, not a file",
                "a film is read several times: save it to a file first, and give the name of that",
                INPUT,
            )
        with film.open("rb") as stream:
            if not stream.read(1):
                raise FatalError(f"{path}: the file is empty", "copy or download it again", INPUT)
        check_utf8(film, "rename it, or run on a link to it: ln -s FILE film.mkv")
    except FileNotFoundError as error:
        if is_address(str(path)):
            raise _address(str(path)) from error
        if film.is_symlink():
            why = f"a link to {film.readlink()}, which does not exist"
            raise FatalError(f"{path}: {why}", "connect its disk, or correct the link", INPUT) from error
        raise FatalError(f"{path}: file not found", _near_file(path, film), INPUT) from error
    except OSError as error:
        raise FatalError(
            f"{path}: cannot be read: {error.strerror}", "check its name and permissions", INPUT
        ) from error
    return film


def is_address(text: str) -> bool:
    """Return whether the text is an address on the internet, not a path (in which `//` became `/`)."""
    return re.match(r"(https?|ftp|rtmp|rtsp|mms|magnet):/?", text, re.IGNORECASE) is not None


def _address(text: str) -> FatalError:
    address = re.sub(r"^(\w+):/+", r"\1://", text)
    return FatalError(
        f"{address}: this is an address, and films are read from files only",
        f"download it first, with yt-dlp for example: yt-dlp -o film.mkv {shlex.quote(address)}",
        INPUT,
    )


def _near_file(path: Path, film: Path) -> str:
    """The hint for a missing film: the file in its folder with the most similar name."""
    folder = film.parent
    if not folder.is_dir():
        return f"there is no folder {path.parent}"
    try:
        near = nearest(film.name, [entry.name for entry in folder.iterdir() if entry.is_file()])
    except OSError:
        near = ""
    return f"did you mean {typed(path.with_name(near))}?" if near else "check the name"


def _name_what_is_in(path: Path, folder: Path) -> str:
    """A hint with the pattern that matches most films in the folder."""
    endings = [entry.suffix for entry in folder.iterdir() if entry.suffix.lower() in FILMS]
    if not endings:
        return "name the films in it"
    most = max(sorted(set(endings)), key=endings.count)
    return f"name the films in it: {shlex.quote(str(path))}/*{most}"
