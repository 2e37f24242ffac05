"""Reads and writes the files that the program keeps for itself under its home, whatever became of them.

A disk may damage them, and users may move them. What the program can make again heals: a file that cannot be
used counts as missing, is reported once, and is replaced by the next write, even if a folder is in its place.
What only the user can make (edits, voices) is read and written elsewhere, and never replaced.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from pathlib import Path
from typing import Any

from ipc import atomic, plain_file
from ipc.parsing import json_of
from orchestrator.errors import STORAGE, FatalError
from orchestrator.paths import home
from orchestrator.util.notices import notice
from orchestrator.util.storage_errors import storage_errors

LARGEST = 64 << 20
"""Bytes; the largest, the summary of a run over many films, has a few."""
_LARGE = {"store", "results", "runs", "models"}
"""Folders that users may put on another disk."""
_REMOVE = "check to whom its files belong, and whether its disk can be written"
_HEALS = "it is ignored, and made again when it is needed"
_reported: set[Path] = set()


class DamagedFileError(ValueError):
    """The file is there and cannot be used; the message completes `FILE: ...`."""


def read(path: Path) -> bytes | None:
    """The content of a file; None if it is missing. Raises `DamagedFileError`."""
    try:
        return plain_file.read(path, LARGEST)
    except FileNotFoundError:
        if path.is_symlink():
            raise DamagedFileError("a link to nothing") from None
        return None
    except plain_file.UnusableFileError as error:
        raise DamagedFileError(str(error)) from error
    except OSError as error:
        if isinstance(error, NotADirectoryError) and not home().is_dir():
            return None  # nothing can be kept in such a home, as the first write states
        raise DamagedFileError(f"cannot be read: {error.strerror or error}") from error


def read_json(path: Path) -> Any:
    """The content of a JSON file; None if it is missing. Raises `DamagedFileError`."""
    content = read(path)
    try:
        return None if content is None else json_of(content)
    except UnicodeDecodeError as error:
        raise DamagedFileError("not UTF-8") from error
    except ValueError as error:
        raise DamagedFileError(f"not valid JSON: {error}") from error


def report(path: Path, why: object, then: str = _HEALS) -> None:
    """Tell the user once that a file is damaged, and what follows: that it heals, unless `then` says else."""
    # If a folder above was replaced by a file, one message is enough for all that it held.
    place = next((one for one in reversed(path.parents) if _in_the_way(one)), path)
    if place not in _reported:
        _reported.add(place)
        what = why if place == path else "not a folder"
        notice(f"{place}: {what}; {then}")


def write(
    path: Path, content: str | bytes, *, below: Path, mode: int | None = None, durable: bool = False
) -> None:
    """Write a file atomically and make its folder, replacing whatever is in the way below `below`.

    Raises `OSError` on failure.
    """
    make_folder(path.parent, below=below)
    if not path.is_symlink() and path.is_dir():
        clear(path)
    atomic.write(path, content, mode=mode, durable=durable)


def make_folder(path: Path, *, below: Path, mode: int = 0o777) -> None:
    """Make a folder and those above it, replacing other files that are in the way below `below`.

    A link in place of a large folder is kept even if it leads nowhere: the user may have put results on a
    disk that is not connected. Raises `OSError` on failure.
    """
    try:
        path.mkdir(parents=True, exist_ok=True, mode=mode)
    except (FileExistsError, NotADirectoryError):
        steps = [one for one in (*reversed(path.parents), path) if one.is_relative_to(below) and one != below]
        wrong = next((one for one in steps if _in_the_way(one)), None)
        if wrong is None or (wrong.is_symlink() and wrong.name in _LARGE):
            raise
        clear(wrong)
        path.mkdir(parents=True, exist_ok=True, mode=mode)


def _in_the_way(path: Path) -> bool:
    """Return whether something other than a folder is there."""
    try:
        return os.path.lexists(path) and not path.is_dir()
    except OSError:
        return False


def clear(path: Path) -> bool:
    """Remove a file, a link, or a folder with all in it, also one without permissions. Missing is fine.

    Returns whether it is gone. A disk may be read-only, and a run with `sudo` leaves folders of another user.
    """
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISDIR(path.lstat().st_mode):
            path.unlink()
            return True
        open_folder(path)
        shutil.rmtree(path, ignore_errors=True)
    return not os.path.lexists(path)


def remove(path: Path) -> None:
    """Remove as `clear` does; `FatalError` (storage) if something of it stays."""
    with storage_errors(f"cannot remove {path}", _REMOVE):
        if not clear(path):
            raise FatalError(f"cannot remove {path}", _REMOVE, STORAGE)


def open_folder(path: Path) -> None:
    """Give a folder, and those in it, the permissions that its removal or renaming needs."""
    with contextlib.suppress(OSError):
        path.chmod(0o700)
        for folder, _, _ in os.walk(path):
            Path(folder).chmod(0o700)
