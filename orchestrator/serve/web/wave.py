"""The header of a WAV file, for samples that a client sends without one: 16-bit mono at 16 kHz."""

from __future__ import annotations

import struct
from typing import IO

RATE = 16_000
_RIFF = struct.Struct("<4sI4s4sIHHIIHH4sI")
_LARGEST = 0xFFFFFFFF - _RIFF.size
"""Bytes of samples: 37 hours. More do not fit into the field."""


def placeholder() -> bytes:
    """Room for the header, before the samples are counted."""
    return bytes(_RIFF.size)


def complete(stream: IO[bytes], size: int) -> None:
    """Write the header of a file with `size` bytes of samples.

    If a client sent a WAV file after all, its own header follows; that is a click of a millisecond.
    """
    size = min(size, _LARGEST) // 2 * 2
    stream.seek(0)
    stream.write(
        _RIFF.pack(
            b"RIFF", size + _RIFF.size - 8, b"WAVE", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16, b"data", size
        )
    )
