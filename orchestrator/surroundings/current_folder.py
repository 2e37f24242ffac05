"""The current folder, which may be gone: removed since the shell entered it, or unreadable."""

from __future__ import annotations

import os
from pathlib import Path

from orchestrator.errors import USAGE, FatalError

_gone = False


def leave_if_gone() -> None:
    """Leave a current folder that is gone for `/`, because many programs do not start in such a folder."""
    global _gone
    try:
        os.getcwd()  # noqa: PTH109 - only whether it fails
    except OSError:
        os.chdir("/")
        _gone = True


def here() -> Path | None:
    """The folder in which the program was started; None if it is gone."""
    return None if _gone else Path.cwd()


def absolute(path: Path) -> Path:
    """The absolute path. A `~` is not expanded: the shell has done so, and a file's name may begin with one.

    Raises `FatalError` (usage) for a relative path if the current folder is gone.
    """
    if _gone and not path.is_absolute():
        raise FatalError(
            f"{path}: the current folder does not exist any more, or cannot be read",
            "write the whole path, from / on, or change to another folder",
            USAGE,
        )
    return path.absolute()


def shown(path: Path) -> Path:
    """The path as typed in the current folder: relative if it lies below."""
    folder = here()
    return path.relative_to(folder) if folder and path.is_relative_to(folder) else path
