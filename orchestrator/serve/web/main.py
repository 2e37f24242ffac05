"""The service's process: `python -P -m orchestrator.serve.web.main DESCRIPTOR`, in the environment `serve`.

DESCRIPTOR is that of a file with the settings. They have a token, which the list of processes would show.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import os
import signal
import socket
import sys
from typing import Any

import uvicorn

from orchestrator.errors import OK, USAGE, FatalError
from orchestrator.serve import settings as settings_of
from orchestrator.serve.service import Service
from orchestrator.serve.settings import Settings
from orchestrator.serve.web.app import application
from orchestrator.serve.web.protocol import LimitedProtocol
from orchestrator.surroundings import start
from orchestrator.util import terminal
from orchestrator.util import text as fmt
from orchestrator.util.notices import say

_END_S = 3
"""Within which answers may be completed when the service ends."""


def main() -> int:
    """Serve until TERM or Ctrl-C; returns the exit status."""
    start.prepare()
    with os.fdopen(int(sys.argv[1]), encoding="utf-8") as stream:
        settings = settings_of.from_json(stream.read())
    with terminal.guarded():
        try:
            return _serve(settings)
        except FatalError as error:
            say(error)
            return error.status


def _serve(settings: Settings) -> int:
    listening = _socket(settings)
    service = Service(settings)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    LimitedProtocol.head_s = settings.head_s
    config = uvicorn.Config(
        application(service), http=LimitedProtocol, ws="none", loop="asyncio", lifespan="on",
        log_level="warning", access_log=False, server_header=False, date_header=True, proxy_headers=False,
        timeout_keep_alive=30, timeout_graceful_shutdown=_END_S, backlog=256,
        h11_max_incomplete_event_size=32 << 10,
    )  # fmt: skip
    server = _Server(config, settings, listening.getsockname()[1])
    signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    with contextlib.suppress(KeyboardInterrupt):  # raised again when all has ended
        asyncio.run(server.serve([listening]))
    left = service.left
    terminal.show(
        f"stopped; {fmt.plural(left, 'film')} in the queue, for the next start" if left else "stopped"
    )
    return OK


class _Server(uvicorn.Server):
    def __init__(self, config: Any, settings: Settings, port: int) -> None:
        super().__init__(config)
        host = _reachable(settings.host)
        self._address = f"http://{f'[{host}]' if ':' in host else host}:{port}"

    async def startup(self, sockets: Any = None) -> None:
        """Begin to answer, and say so."""
        await super().startup(sockets)
        if self.started:
            terminal.show(f"serving at {self._address}; Ctrl-C ends it")
            sys.stdout.flush()


def _reachable(host: str) -> str:
    """An address by which others reach a service that listens at `host`: of all, the one with the way out."""
    if host not in {"0.0.0.0", "::"}:  # noqa: S104 - it is compared
        return host
    family, elsewhere = (
        (socket.AF_INET, "192.0.2.1") if host == "0.0.0.0" else (socket.AF_INET6, "2001:db8::1")  # noqa: S104
    )
    with socket.socket(family, socket.SOCK_DGRAM) as one, contextlib.suppress(OSError):
        one.connect((elsewhere, 9))  # of UDP: nothing is sent
        return str(one.getsockname()[0])
    return socket.gethostname()


def _socket(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if _is_ipv6(settings.host) else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise FatalError(
            f"cannot listen at {settings.host}, port {settings.port}: {error.strerror or error}",
            "choose another --port or --host, or stop the program that uses it",
            USAGE,
        ) from error
    listening.setblocking(False)
    return listening


def _is_ipv6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False


if __name__ == "__main__":
    sys.exit(main())
