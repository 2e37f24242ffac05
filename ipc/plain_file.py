"""Reads a small file that somebody else may have made: whole, within a limit, and without waiting for it.

A name that should be a file may be a named pipe, which nobody writes to, or a link to a device, which has no
end. Standard library only, because the stages' environments use it too.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path


class UnusableFileError(Exception):
    """The file is none, or too large; the message completes `FILE: ...`."""


def read(path: Path, most: int) -> bytes:
    """The content of the regular file at `path`; a link is followed.

    Raises `UnusableFileError` for anything else, or more than `most` bytes; `OSError` if it cannot be read.
    """
    # Without O_NONBLOCK, opening a pipe waits for its writer. What was opened is what is judged: between a
    # question about a name and its opening, the name can get another meaning.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnusableFileError("not a regular file")
        content = stream.read(most + 1)
    if len(content) > most:
        raise UnusableFileError(f"larger than {_size(most)}, which no such file is")
    return content


def _size(count: int) -> str:
    return f"{count >> 20} MB" if count >= 1 << 20 else f"{count >> 10} kB"
