"""The folder of one result: its manifest, the file that records its uses, and how it gets its place."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from pathlib import Path

from orchestrator.storage.manifest import Manifest
from orchestrator.util import own_files

_MANIFEST = "manifest.json"
_USED = "used"
_COUNTED = 3600.0
"""Seconds: uses that follow each other more closely count as one. A run looks a result up several times."""
_PASSING = {errno.ESTALE, errno.EIO, errno.ETIMEDOUT, errno.EACCES, errno.EPERM, errno.EINTR, errno.ENETDOWN,
            errno.ENETUNREACH, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENOTCONN, errno.EMFILE,
            errno.ENFILE, errno.ENOMEM, errno.EBUSY}  # fmt: skip
"""Errors that say nothing of a result: a server that is away, or somebody else's file."""


def read(folder: Path) -> Manifest | None:
    """The manifest; None if it is missing or unreadable: then it is no result, and its stage runs again."""
    try:
        content = own_files.read(folder / _MANIFEST)
        return None if content is None else Manifest.from_json(content)
    except ValueError:
        return None


def is_damaged(folder: Path) -> bool:
    """Whether no manifest can ever be read there; not while a server is away, or access is denied."""
    try:
        content = own_files.read(folder / _MANIFEST)
        if content is not None:
            Manifest.from_json(content)
            return False
    except ValueError as error:
        cause = error.__cause__
        return not (isinstance(cause, OSError) and cause.errno in _PASSING)
    return True


def complete(folder: Path, manifest: Manifest) -> None:
    """Bring everything in an attempt's folder to the disk, the manifest last."""
    for path in folder.iterdir():
        sync(path)
    (folder / _USED).write_bytes(b".")
    (folder / _MANIFEST).write_text(manifest.to_json())
    sync(folder / _MANIFEST)
    sync(folder)


def mark_used(folder: Path) -> None:
    """Record a use: the date and the length of the file `used` are those of the last one, and how many."""
    with contextlib.suppress(OSError):
        descriptor = os.open(
            folder / _USED, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        )
        with os.fdopen(descriptor, "wb") as stream:
            if abs(time.time() - os.fstat(descriptor).st_mtime) > _COUNTED:
                stream.write(b".")
            else:
                os.utime(descriptor)


def use_of(folder: Path) -> tuple[float, int]:
    """When the result in `folder` was used last, and how often. The file is opened: see `leases.read`."""
    try:
        descriptor = os.open(folder / _USED, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return folder.stat().st_mtime, 1
    try:
        found = os.fstat(descriptor)
        return found.st_mtime, max(1, found.st_size)
    finally:
        os.close(descriptor)


def renamed(source: Path, target: Path) -> bool:
    """Rename a folder; return False if a file, or a folder that is not empty, is in the way."""
    try:
        source.rename(target)
    except OSError as error:
        if error.errno in {errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR}:
            return False
        raise
    return True


def sync(path: Path) -> None:
    """Write a file or a folder to the disk. Some network file systems cannot do so for a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if not path.is_dir() or error.errno not in {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EBADF}:
            raise
    finally:
        os.close(descriptor)
