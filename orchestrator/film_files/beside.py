"""Whether a file beside a film may be read: it may come from a stranger."""

from __future__ import annotations

from pathlib import Path

from ipc import plain_file


def why_unread(place: Path, film: Path, largest: int, what: str) -> str:
    """Why a file beside the film is not read; empty if it is. `largest` is in bytes, `what` is `an .nfo`.

    A link may lead to a file in its own folder, or beside the film that the film's name links to: not to any
    file of the user's, whose text would get into the outputs.
    """
    try:
        status = place.stat()
        if kind := plain_file.kind_of(status):
            return f"it is {kind}, not a file"
        if status.st_size > largest:
            return f"it has more than {largest >> 20} MB, too large for {what}"
        if not place.is_symlink():
            return ""
        folders = {place.parent.resolve(), film.resolve().parent}
        return "" if place.resolve().parent in folders else "it is a link to a file in another folder"
    except (OSError, RuntimeError):
        return "it cannot be read"
