"""Whether a file beside a film may be read: it may come from a stranger."""

from __future__ import annotations

import os
from pathlib import Path

from ipc import plain_file


def why_unread(place: Path, film: Path, largest: int, what: str) -> str:
    """Why a file beside the film is not read; empty if it is. `largest` is in bytes, `what` is `an .nfo`.

    Links, also of folders, may lead to a file in the film's folder or below it, or so beside the film that
    the film's name links to: not to any file of the user's, whose text would get into the outputs.
    """
    try:
        status = place.stat()
        if kind := plain_file.kind_of(status):
            return f"it is {kind}, not a file"
        if status.st_size > largest:
            return f"it has more than {largest >> 20} MB, too large for {what}"
        if not os.access(place, os.R_OK):
            return "permission denied"
        return "" if _is_near(place, film) else "it is a link to a file in another folder"
    except (OSError, RuntimeError):
        return "it cannot be read"


def _is_near(place: Path, film: Path) -> bool:
    """Whether the file itself lies by the film; a series has files in the folder above it, too."""
    real = place.resolve()
    for home in (film.parent.resolve(), film.resolve().parent):
        if home in real.parents:
            return True
        if real.parent == home.parent == place.parent.resolve():
            return True
    return False
