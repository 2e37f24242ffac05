"""Computes and remembers the digests of films, because reading 20 GB takes a minute.

A digest is stored under the file's device and inode, and valid while path, size and times are unchanged. The
modification time alone is not enough: `cp -p` and archives set it, and a new file may get the inode of a
deleted one. Nor is the inode's change time: some file systems (exFAT, sshfs) have none, and invent inodes as
they go.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orchestrator.errors import INPUT, FatalError
from orchestrator.util import memo

_BLOCK = 1 << 22


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """A remembered digest, and of which state of which file it is."""

    identity: list[str | int]
    digest: str


def file_digest(path: Path, progress: Callable[[int, int], None] | None = None) -> str:
    """SHA-256, as hex, of the file's bytes. `progress` is called with bytes read and bytes in all.

    Raises `FatalError` (input) if the file cannot be read to its end.
    """
    try:
        return _file_digest(path, progress)
    except OSError as error:
        hint = "check its permissions, and the disk that it is on"
        raise FatalError(f"{path} cannot be read: {error.strerror or error}", hint, INPUT) from error


def known(path: Path) -> str | None:
    """The file's digest if it was computed before and the file is unchanged; nothing of it is read."""
    try:
        found = path.stat()
    except OSError:
        return None
    entry = memo.read(_memo_of(found), _Entry)
    return entry.digest if entry is not None and entry.identity == identity(path, found) else None


def _file_digest(path: Path, progress: Callable[[int, int], None] | None) -> str:
    found = path.stat()
    before = identity(path, found)
    file = _memo_of(found)
    entry = memo.read(file, _Entry)
    if entry is not None and entry.identity == before:
        return entry.digest
    sha = hashlib.sha256()
    done = 0
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            sha.update(block)
            done += len(block)
            if progress:
                progress(done, found.st_size)
    digest = sha.hexdigest()
    if identity(path, path.stat()) == before:
        memo.keep(file, {"identity": before, "digest": digest})
    return digest


def _memo_of(found: os.stat_result) -> Path:
    return memo.folder("digests") / f"{found.st_dev:x}-{found.st_ino:x}.json"


def identity(path: Path, found: os.stat_result) -> list[str | int]:
    """What tells whether this is the same file, unchanged, as far as a file system can tell."""
    times = found.st_mtime_ns, found.st_ctime_ns
    return [str(path.absolute()), found.st_dev, found.st_ino, found.st_size, *times]
