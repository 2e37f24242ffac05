"""Where stages write before their results are whole: a folder an attempt, locked while somebody works in it.

The lock's file lies beside the folder, not in it: it is no part of the result. An attempt whose lock is free is one that
was abandoned, by a process that was killed.
"""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import BinaryIO

from orchestrator.util import locks


class Attempts:
    """The attempts in `folder`: those of this process, and what others left."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._locks: dict[Path, BinaryIO] = {}

    def new(self, stage: str) -> Path:
        """Make a folder for a result of `stage` and lock it. Raises `OSError` where that cannot be."""
        path = self._folder / f"{stage}-{secrets.token_hex(6)}"
        path.mkdir(parents=True)
        self._locks[path] = locks.hold(_lock_of(path))
        return path

    def aside(self) -> Path:
        """A name in the same folder, for a result that is broken until it is removed."""
        return self._folder / f"broken-{secrets.token_hex(6)}"

    def discard(self, attempt: Path) -> None:
        """Remove an attempt that came to nothing."""
        shutil.rmtree(attempt, ignore_errors=True)
        self.unlock(attempt)

    def unlock(self, attempt: Path) -> None:
        """The attempt has become a result, or is gone."""
        lock = self._locks.pop(attempt, None)
        if lock is not None:
            _lock_of(attempt).unlink(missing_ok=True)
            lock.close()

    def remove_abandoned(self) -> tuple[int, int]:
        """Remove what killed runs left; returns how many folders and bytes. No new attempt may appear meanwhile."""
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
                freed += sum(p.stat().st_size for p in path.rglob("*") if p.is_file())
                count += 1
                shutil.rmtree(path, ignore_errors=True)
            _lock_of(path).unlink(missing_ok=True)
        return count, freed


def _lock_of(attempt: Path) -> Path:
    return attempt.with_suffix(".lock")
