"""Locks between processes: `flock` on a file, which the system frees when a process ends.

    with locks.hold(folder / "lock"):               # exclusive; waits for the present holder
    with locks.hold(root / "lock", shared=True):    # shared with others, but not with an exclusive lock

A lock belongs to an open file, so two locks in one process exclude each other as in two processes. A process
started with `subprocess` does not inherit it. The file is not removed, because two processes could then each
lock a file of this name. Why not `filelock`: docs/decisions/2026-11-29-libraries.md.

Some network file systems have no `flock`, and some keep it to one machine without saying so. On any of them
an exclusive lock is therefore also a lease, `<name>.held` (`orchestrator.util.leases`), which only one
process can make. If a machine dies that holds it, the next one waits for ten minutes.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from orchestrator.util import file_systems, leases, own_files

_MISSING = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL}
"""What `flock` says where there is none: Lustre and SMB by their mount options, NFS without its daemon."""
_PAUSE = 0.1


class Lock:
    """A lock that is held until `close`."""

    def __init__(self, descriptor: int, lease: leases.Lease | None = None) -> None:
        self._descriptor = descriptor
        self._lease = lease

    def fileno(self) -> int:
        """The open file: a process that inherits it holds the lock too, as far as `flock` does."""
        return self._descriptor

    def close(self) -> None:
        """Free it."""
        if self._lease is not None:
            self._lease.release()
        os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def hold(path: Path, *, shared: bool = False, wait: bool = True) -> Lock:
    """Lock the file at `path`, made if missing, and return the lock; closing it frees it.

    Raises `BlockingIOError` if another process holds the lock and `wait` is false, and `OSError` if the file
    cannot be opened. Where there is no `flock`, a shared lock excludes nobody.
    """
    if os.path.lexists(path) and not path.is_file():  # a lock holds nothing that could be lost
        own_files.clear(path)
    # Open for reading and writing in any case: NFS refuses a shared lock on a file that is open only for
    # writing, and an exclusive lock on one that is open only for reading.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        missing = not _flocked(descriptor, shared=shared, wait=wait)
        if not shared and (missing or file_systems.is_remote(path)):
            return Lock(descriptor, _lease(path.with_name(f"{path.name}.held"), wait=wait))
    except BaseException:
        os.close(descriptor)
        raise
    return Lock(descriptor)


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


def _flocked(descriptor: int, *, shared: bool, wait: bool) -> bool:
    """Lock an open file; return False if its file system has no such locks."""
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
    except OSError as error:
        if error.errno in _MISSING:
            return False
        raise
    return True


def _lease(path: Path, *, wait: bool) -> leases.Lease:
    """The lease at `path`, once its present owner gives it up or is dead."""
    judge = leases.Judge()
    while True:
        try:
            return leases.Lease(path, {}, exclusive=True)
        except FileExistsError:
            found = leases.read(path)
            if found and judge.state(path, leases.now_of(path.parent)) == "dead":
                _take_away(path, found)
            elif not wait:
                raise BlockingIOError(errno.EWOULDBLOCK, os.strerror(errno.EWOULDBLOCK), str(path)) from None
            else:
                time.sleep(_PAUSE)


def _take_away(path: Path, found: tuple[leases.Owner, int]) -> None:
    """Remove the lease of a dead owner, unless another process has taken it meanwhile."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    with contextlib.suppress(OSError):
        path.rename(aside)
        if leases.read(aside) != found:
            os.link(aside, path)
    with contextlib.suppress(OSError):
        aside.unlink()
