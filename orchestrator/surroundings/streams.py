"""The standard streams: always there, in an encoding that can write every name, and honest about failures."""

from __future__ import annotations

import codecs
import errno
import io
import locale
import os
import select
import sys


class OutputError(OSError):
    """Standard output, a command's result, cannot be written: its disk is full, or its reader has gone."""

    @property
    def reader_gone(self) -> bool:
        """Whether the reader closed the pipe (`orchestrator plan film.mkv | head`)."""
        return self.errno == errno.EPIPE


def occupy_descriptors() -> None:
    """Open closed standard descriptors on /dev/null.

    Otherwise the next file that is opened would get the number 2, and messages would be written into it.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets this number: those below are open
            os.set_inheritable(number, True)


def replace() -> None:
    r"""Replace the interpreter's streams, which depend on the locale and are None for a closed descriptor.

    Bytes of names that are not UTF-8 appear as `\udcff`, which is also how JSON writes them.
    """
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - it stays open
    sys.stdout = _text(_Results(1, "w", closefd=False))
    sys.stderr = _text(_Messages(2, "w", closefd=False), lines=True)


def discard_output() -> None:
    """Discard what the buffer of standard output still holds, or the interpreter would fail at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


class _Results(io.FileIO):
    """Standard output. A failure gets a type of its own, to tell it from that of another file.

    A reader that is slow is waited for, even if the program that shares the pipe made it non-blocking.
    """

    def write(self, data: object) -> int:
        try:
            while (written := super().write(data)) is None:  # type: ignore[arg-type]
                select.select([], [self], [])
        except OSError as error:
            raise OutputError(error.errno, error.strerror) from error
        return written


class _Messages(io.FileIO):
    """Standard error. Failures are ignored, because a film is worth more than the messages about it.

    The reader may have gone (`2>&1 | head`), or the log's disk may be full.
    """

    def write(self, data: object) -> int:
        size = memoryview(data).nbytes  # type: ignore[arg-type]
        try:
            written = super().write(data)  # type: ignore[arg-type]
        except OSError:
            return size
        return size if written is None else written


def _text(raw: io.FileIO, *, lines: bool = False) -> io.TextIOWrapper:
    lines = lines or raw.isatty()
    encoding = _encoding(terminal=raw.isatty())
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding=encoding, errors="backslashreplace", line_buffering=lines
    )


def _encoding(*, terminal: bool) -> str:
    """UTF-8, but a terminal's own encoding. ASCII only means that no locale is set."""
    encoding = locale.getencoding() if terminal else "utf-8"
    return "utf-8" if codecs.lookup(encoding).name == "ascii" else encoding
