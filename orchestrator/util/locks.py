"""Locks between processes: `flock` on a file, which the system frees when a process ends.

    with locks.hold(folder / "lock"):               # exclusive; waits for the present holder
    with locks.hold(root / "lock", shared=True):    # shared with others, but not with an exclusive lock

A lock belongs to an open file, so two locks in one process exclude each other as in two processes. A process
started with `subprocess` does not inherit it. The file is not removed, because two processes could then each
lock a file of this name. Why not `filelock`: docs/decisions/2026-11-29-libraries.md.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import BinaryIO

from orchestrator.util import own_files


def hold(path: Path, *, shared: bool = False, wait: bool = True) -> BinaryIO:
    """Lock the file at `path`, made if missing, and return it; closing it frees the lock.

    The file is open for reading and writing. Raises `BlockingIOError` if another process holds the lock and
    `wait` is false, and `OSError` if the file cannot be opened.
    """
    if os.path.lexists(path) and not path.is_file():  # a lock holds nothing that could be lost
        own_files.clear(path)
    # Open for reading and writing in any case: NFS refuses a shared lock on a file that is open only for
    # writing, and an exclusive lock on one that is open only for reading.
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666), "r+b")
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
    except BaseException:
        file.close()
        raise
    return file


def is_held(path: Path) -> bool:
    """Return whether a process holds the exclusive lock at `path`. Makes and writes nothing."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe is not waited for
        with os.fdopen(descriptor, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
