"""Folders for short-lived files, on the disk of the store.

TMPDIR is not used: it may name a small disk, a read-only one or none, and then a report could not be written.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestrator.paths import home
from orchestrator.util.storage_errors import storage_errors

_LEFT_OVER = 86_400
"""Seconds after which a folder was left over by a killed process."""


@contextmanager
def folder() -> Iterator[Path]:
    """A new folder, removed when the block ends; `FatalError` (storage) if it cannot be made."""
    base = home() / "tmp"
    with storage_errors(f"cannot write {base}", "set ORCHESTRATOR_HOME to another folder"):
        base.mkdir(parents=True, exist_ok=True)
        for old in base.iterdir():
            if time.time() - old.lstat().st_mtime > _LEFT_OVER:
                shutil.rmtree(old, ignore_errors=True)
        made = Path(tempfile.mkdtemp(dir=base))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
