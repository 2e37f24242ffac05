"""Reads from a browser's connection with a time limit, and ends one whose request was not read whole."""

from __future__ import annotations

import contextlib
import io
import socket
import time
from typing import Any

_DRAIN_S = 2.0
_DRAIN_BYTES = 64 << 20


class SlowError(Exception):
    """A request was begun and did not arrive whole within the limit."""


class TimedReader(io.RawIOBase):
    """The bytes that arrive at `connection`: those of one request within `seconds`.

    A connection on which no request is begun ends then.
    """

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self._connection, self._seconds = connection, seconds
        self._begun = False
        self._until = 0.0

    def renew(self) -> None:
        """Begin to wait for a request."""
        self._begun, self._until = False, time.monotonic() + self._seconds

    def readable(self) -> bool:
        """Return true."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what is there, or wait for it. Raises `SlowError`."""
        try:
            self._connection.settimeout(max(self._until - time.monotonic(), 0.001))
            count = self._connection.recv_into(buffer)
        except TimeoutError:
            if self._begun:
                raise SlowError from None
            return 0
        finally:
            with contextlib.suppress(OSError):
                self._connection.settimeout(self._seconds)  # of what is sent
        self._begun = True
        return count


def drain(connection: socket.socket) -> None:
    """Say that nothing more is sent, and read what still arrives, within limits."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
        until, left = time.monotonic() + _DRAIN_S, _DRAIN_BYTES
        while left > 0 and (seconds := until - time.monotonic()) > 0:
            connection.settimeout(seconds)
            count = len(connection.recv(1 << 16))
            if not count:
                return
            left -= count
