"""Explains errors that come from the machine: limits of the process, memory, the disk."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from ipc.errors import storage_hint
from orchestrator.errors import FAILED, STORAGE, FatalError

_LIMITS = {
    errno.EMFILE: ("this process may not open more files", "raise the limit, for example: ulimit -n 1024"),
    errno.ENFILE: ("this machine cannot open more files", "close other programs"),
    errno.EAGAIN: ("no process or thread can be started", "raise the limit of processes (ulimit -u)"),
    errno.ENOMEM: ("not enough memory", "close other programs, or raise the limit (ulimit -v)"),
}

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
    return _unwritable_home(error) or _disk(error)


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
