"""Converts models for another framework, once and atomically, and stores the result."""

from __future__ import annotations

import errno
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

MARK = "config.json"
"""A conversion is there when it holds this file; it appears with all others, since the folder is renamed
into place."""


def cached(source: Path, converted: Path | None, convert: Callable[[Path], None], framework: str) -> Path:
    """The conversion of the model at `source`, made by `convert` if it is absent.

    It is stored at `converted`, or else in a temporary folder that the caller must remove. Raises `OSError`
    if the disk has too little space, and the errors of `convert`.
    """
    if converted is not None and (converted / MARK).is_file():
        return converted
    parent = converted.parent if converted else Path(tempfile.gettempdir())
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.glob("converting-*"):  # of a run that was killed; no conversion takes a day
        if time.time() - left.stat().st_mtime > 86400:
            shutil.rmtree(left, ignore_errors=True)
    _make_room(source, parent, framework)
    # beside its place, so that it appears there whole or not at all
    working = Path(tempfile.mkdtemp(prefix="converting-", dir=parent))
    try:
        convert(working)
        if converted is None:
            return working
        try:
            working.rename(converted)
        except OSError:
            if not (converted / MARK).is_file():  # another run may have been faster
                raise
            shutil.rmtree(working, ignore_errors=True)
    except BaseException:
        shutil.rmtree(working, ignore_errors=True)
        raise
    return converted


def _make_room(source: Path, parent: Path, framework: str) -> None:
    """Raise `OSError` if the disk is too full, because a framework's error would be unclear."""
    need = sum(path.stat().st_size for path in source.iterdir() if path.is_file())
    free = shutil.disk_usage(parent).free
    if free < need:
        what = f"{source.name} converted for {framework} needs {need >> 20} MB, and {free >> 20} MB are free"
        raise OSError(errno.ENOSPC, what, str(parent))
