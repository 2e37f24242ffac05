"""Locks between processes: `flock` on a file, freed by the system however its process ends.

    with locks.hold(folder / "lock"):               # alone; waits for whoever holds it
    with locks.hold(root / "lock", shared=True):    # beside others that share it, never beside one that is alone

A lock is that of an open file, so two in one process exclude each other like two processes. A process started with
`subprocess` does not inherit it. The file stays where it is: removing it would let two processes each lock a file of this
name. Why not `filelock`: docs/decisions/2026-11-29-libraries.md.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import BinaryIO


def hold(path: Path, *, shared: bool = False, wait: bool = True) -> BinaryIO:
    """The file at `path`, opened to read and write and made where there is none; closing it frees its lock.

    Raises `BlockingIOError` where somebody else holds it and this call is not to `wait`, and `OSError` where the file cannot
    be opened.
    """
    # To read and to write, whichever the lock: a network file system (NFS) refuses a shared lock of a file that is only
    # written, and one to be alone of a file that is only read.
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666), "r+b")
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
    except BaseException:
        file.close()
        raise
    return file


def is_held(path: Path) -> bool:
    """Whether a process holds the lock at `path` alone. Nothing is made or written."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
