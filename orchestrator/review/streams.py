"""Sends film and audio in the parts that a browser requests; the audio is converted to WAV on the fly."""

from __future__ import annotations

import mimetypes
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

_BLOCK = 1 << 18
_RANGE = re.compile(r"bytes=([0-9]*)-([0-9]*)")
_DIGITS = 18
"""Of a position in a file; Python refuses to read numbers of more than 4300."""
KINDS = {".mkv": "video/x-matroska", ".m4v": "video/mp4", ".mov": "video/mp4", ".ts": "video/mp2t"}
"""Media types that Python does not know, or names in a way that browsers do not know."""


@dataclass(frozen=True)
class Part:
    """Bytes `first` to `last` of `total`; `whole` if no part was requested."""

    first: int
    last: int
    total: int
    whole: bool

    @property
    def length(self) -> int:
        """Number of bytes."""
        return self.last - self.first + 1


def part_of(asked: str | None, total: int) -> Part | None:
    """The part that the header `Range` requests; None if it does not exist (416).

    Anything but a single range of bytes gets everything, as RFC 9110 allows.
    """
    found = _RANGE.fullmatch((asked or "").strip())
    if not found or not (found[1] or found[2]):
        return Part(0, total - 1, total, whole=True)
    if not found[1]:
        length = min(_position(found[2]), total)
        return Part(total - length, total - 1, total, whole=False) if length else None
    first = _position(found[1])
    last = min(_position(found[2]) if found[2] else total - 1, total - 1)
    return Part(first, last, total, whole=False) if first <= last else None


def _position(digits: str) -> int:
    """The number; a longer one than any file has bytes is as good as another."""
    digits = digits.lstrip("0")
    return int(digits or "0") if len(digits) <= _DIGITS else int("9" * _DIGITS)


class FileSource:
    """A file, such as the film."""

    def __init__(self, path: Path) -> None:
        self._stream: BinaryIO = path.open("rb")
        self.size = path.stat().st_size
        kind = KINDS.get(path.suffix.lower()) or mimetypes.guess_type(path.name)[0]
        self.kind = kind or "application/octet-stream"

    def blocks(self, part: Part) -> Iterator[bytes]:
        """The bytes of `part`; fewer if the file became shorter."""
        with self._stream as stream:
            stream.seek(part.first)
            left = part.length
            while left > 0 and (block := stream.read(min(_BLOCK, left))):
                left -= len(block)
                yield block

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


class SoundSource:
    """The audio artifact at `path` as a WAV file; the samples are read from its memory map."""

    kind = "audio/wav"

    def __init__(self, path: Path) -> None:
        from ipc.artifacts import read

        artifact = read(path, "audio")
        column = artifact.table.column("pcm").combine_chunks()
        chunk: Any = column.chunk(0) if hasattr(column, "num_chunks") and column.num_chunks else column
        data = memoryview(b"") if len(chunk) == 0 else memoryview(chunk.buffers()[1])
        self._pcm = data[2 * chunk.offset : 2 * (chunk.offset + len(chunk))]
        self._head = _wav_header(len(self._pcm), int(artifact.content["sample_rate"]))
        self.size = len(self._head) + len(self._pcm)

    def blocks(self, part: Part) -> Iterator[bytes]:
        """The bytes of `part`."""
        head = len(self._head)
        if part.first < head:
            yield self._head[part.first : part.last + 1]
        for first in range(max(part.first, head), part.last + 1, _BLOCK):
            yield bytes(self._pcm[first - head : min(first + _BLOCK, part.last + 1) - head])

    def close(self) -> None:
        """Do nothing: only the memory map is open."""


def _wav_header(length: int, rate: int) -> bytes:
    """The header of a RIFF file of mono 16-bit PCM."""
    return (
        struct.pack("<4sI4s", b"RIFF", min(36 + length, 0xFFFFFFFF), b"WAVE")
        + struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16)
        + struct.pack("<4sI", b"data", min(length, 0xFFFFFFFF - 36))
    )
