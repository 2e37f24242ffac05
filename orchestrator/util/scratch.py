"""Folders for short-lived files, on the disk of the store.

TMPDIR is not used: it may name a small disk, a read-only one or none, and then a report could not be written.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from orchestrator.paths import home
from orchestrator.util import own_files
from orchestrator.util.storage_errors import storage_errors

_PREFIX = "orchestrator-"
_LEFT_OVER = 86_400
"""Seconds after which a folder was left over by a killed process."""


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A new folder, removed when the block ends; `FatalError` (storage) if it cannot be made."""
    base = home() / "tmp"
    with storage_errors(f"cannot write {base}", "set ORCHESTRATOR_HOME to another folder"):
        own_files.make_folder(base, below=home())
        _remove_left_over(base)
        made = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _remove_left_over(base: Path) -> None:
    """Remove old folders of this program. Nothing else: `base` may be a link to a folder that others use."""
    for old in base.glob(f"{_PREFIX}*"):
        with contextlib.suppress(FileNotFoundError):  # another process has removed it
            if time.time() - old.lstat().st_mtime > _LEFT_OVER:
                shutil.rmtree(old, ignore_errors=True)
