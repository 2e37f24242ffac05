"""The bytes in a folder."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path


def folder_size(folder: Path) -> int:
    """Bytes of the files in a folder, at any depth, without what links point to.

    A file that another process removes meanwhile counts nothing.
    """
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                found = Path(place, name).lstat()
                total += found.st_size if stat.S_ISREG(found.st_mode) else 0
    return total
