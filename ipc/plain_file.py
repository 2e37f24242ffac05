"""Reads a small file that somebody else may have made: whole, within a limit, and without waiting for it.

A name that should be a file may be a named pipe, which nobody writes to, or a link to a device, which has no
end. Standard library only, because the stages' environments use it too.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}


class UnusableFileError(Exception):
    """The file is none, or too large; the message completes `FILE: ...`."""


class TooLargeError(UnusableFileError):
    """The file is larger than the limit."""


def read(path: Path, most: int) -> bytes:
    """The content of the regular file at `path`; a link is followed. /dev/null is an empty file.

    Raises `UnusableFileError` for anything else, or more than `most` bytes; `OSError` if it cannot be read.
    """
    # Without O_NONBLOCK, opening a pipe waits for its writer. What was opened is what is judged: between a
    # question about a name and its opening, the name can get another meaning.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        if os.path.samestat(status, os.stat(os.devnull)):  # noqa: PTH116
            return b""
        if kind := kind_of(status):
            raise UnusableFileError(f"{kind}, not a file")
        content = stream.read(most + 1)
    if len(content) > most:
        raise TooLargeError(f"larger than {_size(most)}, which no such file is")
    return content


def kind_of(status: os.stat_result) -> str:
    """What it is if it is no regular file: `a pipe`, `a folder`, ...; else empty."""
    kind = stat.S_IFMT(status.st_mode)
    return "" if kind == stat.S_IFREG else _KINDS.get(kind, "something else")


def _size(count: int) -> str:
    return f"{count >> 20} MB" if count >= 1 << 20 else f"{count >> 10} kB"
