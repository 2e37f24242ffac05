"""Server-sent events: a stream of JSON that a client reads as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import StreamingResponse

from ipc import json_text
from orchestrator.serve.web.hub import TooSlowError

_ALIVE_S = 15.0
"""After which a comment is sent: proxies keep the connection, and a client that is gone is noticed."""


def event(name: str, body: Any) -> bytes:
    """One event."""
    return f"event: {name}\ndata: {json_text.dumps(body, default=str)}\n\n".encode()


def stream(produce: Callable[[], AsyncIterator[bytes]]) -> StreamingResponse:
    """The answer that sends what `produce` yields, with signs of life between."""
    return StreamingResponse(
        _kept_alive(produce()), media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )  # fmt: skip


async def _kept_alive(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    waiting = asyncio.ensure_future(anext(parts))
    try:
        while True:
            done, _ = await asyncio.wait({waiting}, timeout=_ALIVE_S)
            if not done:
                yield b": alive\n\n"
                continue
            try:
                yield waiting.result()
            except (StopAsyncIteration, TooSlowError):
                return
            waiting = asyncio.ensure_future(anext(parts))
    finally:
        waiting.cancel()


async def gone(request: Request) -> None:
    """Wait until the client has closed its connection."""
    while not await request.is_disconnected():  # noqa: ASYNC110 - Starlette has no event for it
        await asyncio.sleep(1)
