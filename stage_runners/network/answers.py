"""Reads the body of an answer within limits: a server that is broken or hostile may send one without end."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

LARGEST = 16 << 20
"""Bytes of an answer, unpacked."""
PACKED = "gzip"
"""The one packing that requests ask for."""
_UNPACKED = frozenset({"", "identity"})
_GZIP = 16 + zlib.MAX_WBITS


class EndlessError(Exception):
    """The answer is too large or takes too long; the message completes `its answer ...`."""


class UnreadableError(Exception):
    """The answer is packed in a way that cannot be unpacked; the message completes `its answer ...`."""


def received(
    response: httpx.Response,
    *,
    until: float,
    most: int = LARGEST,
    check: Callable[[], None] = lambda: None,
) -> bytes:
    """The body of a response that is being streamed, unpacked.

    `until` is the instant of `time.monotonic()` at which it has to be there. `check` is called between its
    pieces: it may raise. The library's own unpacking is not used, because it holds what a piece unpacks to,
    whatever its size: 30 kB that are packed three times become 30 GB.

    Raises `EndlessError`, `UnreadableError`, or what the library raises.
    """
    packing = response.headers.get("content-encoding", "").strip().lower()
    if packing not in {*_UNPACKED, PACKED}:
        raise UnreadableError("is packed in a way that was not asked for")
    unpacker = None if packing in _UNPACKED else zlib.decompressobj(_GZIP)
    body = bytearray()
    for piece in response.iter_raw():
        check()
        try:
            body += unpacker.decompress(piece, most + 1 - len(body)) if unpacker else piece
        except zlib.error:
            raise UnreadableError("cannot be unpacked") from None
        if len(body) > most:
            raise EndlessError("does not end")
        if time.monotonic() >= until:
            raise EndlessError("takes too long")
    if unpacker and not unpacker.eof:
        raise UnreadableError("cannot be unpacked: its end is missing")
    return bytes(body)


def text_of(body: bytes) -> str:
    """The body as text, whatever encoding the server claims: Python would run any of its codecs on it."""
    return body.decode(errors="replace")
