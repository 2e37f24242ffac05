"""Holds films back while somebody plays one, so that a server that converts it has the machine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from orchestrator.serve.service import Service
from orchestrator.serve.web.media_servers import MediaServer, ServerError
from orchestrator.util import terminal

_EACH_S = 30.0


async def follow(service: Service, servers: Mapping[str, MediaServer], each_s: float = _EACH_S) -> None:
    """Ask the servers now and then, until cancelled. One that does not answer plays nothing."""
    playing, silent = [""], set[str]()
    service.hold_while(lambda: playing[0])
    try:
        while True:
            reason = ""
            for name, server in servers.items():
                try:
                    if await server.playing():
                        reason = f"paused while somebody plays a film on {name.title()}"
                    silent.discard(name)
                except ServerError as error:
                    if name not in silent:
                        terminal.tell(f"orchestrator: {error}; films start as if nobody played")
                    silent.add(name)
            playing[0] = reason
            await asyncio.sleep(each_s)
    finally:
        playing[0] = ""
