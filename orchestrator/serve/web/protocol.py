"""HTTP/1.1 of uvicorn, with limits that it lacks: on the time of a request's head, and on connections.

Without them a client that sends a byte a minute keeps a connection for ever (slowloris), and a few hundred of
those keep everybody else out.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

CONNECTIONS = 600
PER_ADDRESS = 300
"""At once. Both are more than the clients of a household, or of a proxy, need."""
_open: Counter[str] = Counter()


class LimitedProtocol(H11Protocol):
    """A connection."""

    head_s = 10.0
    """Within which the head of a request has to arrive, and the first byte of a new connection."""
    _timer: asyncio.TimerHandle | None = None
    _counted: str | None = None

    def connection_made(self, transport: Any) -> None:
        """Count the connection, and wait for its first request."""
        super().connection_made(transport)
        address = self.client[0] if self.client else ""
        if _open.total() >= CONNECTIONS or _open[address] >= PER_ADDRESS:
            transport.abort()
            return
        self._counted = address
        _open[address] += 1
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_waiting()
        if self._counted is not None:
            _open[self._counted] -= 1
            if not _open[self._counted]:
                del _open[self._counted]
            self._counted = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what arrived; the next head of a kept connection has its time too."""
        if self.transport.is_closing():
            return
        if self._timer is None and self.conn.their_state is h11.IDLE:
            self._wait_for_head()
        super().data_received(data)

    def handle_events(self) -> None:
        """Take the requests that are whole."""
        super().handle_events()
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()

    def _wait_for_head(self) -> None:
        self._timer = self.loop.call_later(self.head_s, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()
