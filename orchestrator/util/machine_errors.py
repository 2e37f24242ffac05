"""Explains errors that come from the machine: limits of the process, memory, the disk, paths."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from ipc.errors import storage_hint
from orchestrator.errors import FAILED, INPUT, STORAGE, FatalError

_LIMITS = {
    errno.EMFILE: ("this process may not open more files", "raise the limit, for example: ulimit -n 1024"),
    errno.ENFILE: ("this machine cannot open more files", "close other programs"),
    errno.EAGAIN: ("no process or thread can be started", "raise the limit of processes (ulimit -u)"),
    errno.ENOMEM: ("not enough memory", "close other programs, or raise the limit (ulimit -v)"),
}

_PATHS = {
    errno.EACCES: ("cannot be used: permission denied", "check its permissions, and those of its folder"),
    errno.EPERM: ("cannot be used: permission denied", "check its permissions, and those of its folder"),
    errno.ENAMETOOLONG: ("the name is too long", "check the name, or shorten it"),
    errno.ELOOP: ("a link that leads back to itself", "correct or remove the link"),
    errno.ENOTDIR: ("a part of this path is a file, not a folder", "check the path"),
}
"""What is wrong with a path that a user named, or that lies beside one."""
_GONE = {errno.ESTALE, errno.ENOTCONN, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ETIMEDOUT, errno.ENODEV}
_LONGEST = 100
"""Characters of a name that is too long, as shown."""
_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}


def explained(error: Exception) -> FatalError | None:
    """The error to show; None if `error` is a bug of this program."""
    if isinstance(error, MemoryError) or "can't start new thread" in str(error):
        message, hint = _LIMITS[errno.ENOMEM if isinstance(error, MemoryError) else errno.EAGAIN]
        return FatalError(message, hint, FAILED)
    if not isinstance(error, OSError):
        return None
    if error.errno in _LIMITS:
        message, hint = _LIMITS[error.errno]
        return FatalError(message, hint, FAILED)
    if error.errno == errno.EFBIG:
        place = f" ({error.filename})" if error.filename else ""
        return FatalError(
            f"a file may not become that large{place}", "raise the limit with ulimit -f", STORAGE
        )
    return _unwritable_home(error) or _disk(error) or _path(error)


@contextlib.contextmanager
def sentences() -> Iterator[None]:
    """Raise the error to show, a `FatalError`, instead of an error of the system."""
    try:
        yield
    except OSError as error:
        if (shown := explained(error)) is None:
            raise
        raise shown from error


def _path(error: OSError) -> FatalError | None:
    """The error to show if a path cannot be used.

    `Path.exists` and its relatives raise these errors too, so they may come from anywhere.
    """
    if not isinstance(error.filename, str | bytes):
        return None
    name = os.fsdecode(error.filename)
    if error.errno in _GONE:
        why = f"its disk or network share does not answer: {error.strerror}"
        return FatalError(f"{name}: {why}", "connect it, and run the command again", STORAGE)
    if error.errno not in _PATHS:
        return None
    why, hint = _PATHS[error.errno]
    shown = name if len(name) <= _LONGEST or error.errno != errno.ENAMETOOLONG else f"{name[:_LONGEST]}..."
    return FatalError(f"{shown}: {why}", hint, INPUT)


def _disk(error: OSError) -> FatalError | None:
    """The error to show if a disk is full or fails. Python often does not say which file it was."""
    if error.errno not in _DISK:
        return None
    from orchestrator.paths import home

    place = f" ({error.filename})" if error.filename else ""
    hint = (
        f"check the disks of {home()}, of the film and its output folder, and of TMPDIR: one is full or fails"
    )
    return FatalError(f"{error.strerror}{place}", hint, STORAGE)


def _unwritable_home(error: OSError) -> FatalError | None:
    """The error to show if the tool's home cannot be written; None if `error` concerns another path."""
    from orchestrator.paths import home

    if not isinstance(error.filename, str | bytes):
        return None
    if not Path(os.fsdecode(error.filename)).is_relative_to(home()):
        return None
    hint = storage_hint(error, "set ORCHESTRATOR_HOME to a writable folder")
    return FatalError(f"cannot write {home()}: {error.strerror}", hint, STORAGE)
