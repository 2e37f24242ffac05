"""How much room a disk has for a folder that may not exist yet."""

from __future__ import annotations

import shutil
from pathlib import Path


def existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    while not folder.exists():
        folder = folder.parent
    return folder


def free_space(folder: Path) -> tuple[Path, int]:
    """The nearest folder that exists, and the bytes that this user may still write there."""
    place = existing(folder)
    return place, shutil.disk_usage(place).free
