"""Manages the folders in which stages write their results before they are complete.

Each attempt has its own folder, locked while a process works in it. The lock file lies beside the folder,
because it is not part of the result. If its lock is free, an attempt was abandoned by a process that was
killed.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import BinaryIO

from orchestrator.util import locks, own_files
from orchestrator.util.folder_size import folder_size


class Attempts:
    """The attempts in `folder`, those of other processes included."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._locks: dict[Path, BinaryIO] = {}

    def new(self, stage: str) -> Path:
        """Make and lock a folder for a result of `stage`. Raises `OSError` if that fails."""
        path = self._folder / f"{stage}-{secrets.token_hex(6)}"
        own_files.make_folder(path, below=self._folder.parent)
        self._locks[path] = locks.hold(_lock_of(path))
        return path

    def aside(self) -> Path:
        """A name in the same folder for a broken result, until it is removed."""
        return self._folder / f"broken-{secrets.token_hex(6)}"

    def discard(self, attempt: Path) -> None:
        """Remove an attempt that failed."""
        own_files.clear(attempt)
        self.unlock(attempt)

    def unlock(self, attempt: Path) -> None:
        """Release the lock of an attempt that became a result or was removed."""
        lock = self._locks.pop(attempt, None)
        if lock is not None:
            _lock_of(attempt).unlink(missing_ok=True)
            lock.close()

    def remove_abandoned(self) -> tuple[int, int]:
        """Remove the attempts of killed runs; return how many folders and bytes.

        No new attempt may start meanwhile.
        """
        count = freed = 0
        for path in list(self._folder.iterdir()) if self._folder.is_dir() else ():
            if path.suffix == ".lock":
                if not path.with_suffix("").exists() and path.with_suffix("") not in self._locks:
                    path.unlink(missing_ok=True)
                continue
            try:
                lock = locks.hold(_lock_of(path), wait=False)
            except BlockingIOError:
                continue
            with lock:
                freed += folder_size(path)
                count += 1
                own_files.clear(path)
            _lock_of(path).unlink(missing_ok=True)
        return count, freed


def _lock_of(attempt: Path) -> Path:
    return attempt.with_suffix(".lock")
