"""The application: every address, behind the guard."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from orchestrator.serve.access import Access
from orchestrator.serve.service import Service
from orchestrator.serve.settings import KEYS
from orchestrator.serve.standing import keep_going
from orchestrator.serve.web import media_servers, playing, telling, watcher
from orchestrator.serve.web.answers import answer
from orchestrator.serve.web.api import Api
from orchestrator.serve.web.asr import Asr
from orchestrator.serve.web.batches import Batches
from orchestrator.serve.web.editor import Editor
from orchestrator.serve.web.guard import Guard
from orchestrator.serve.web.hub import Hub
from orchestrator.serve.web.media_servers import MediaServer
from orchestrator.serve.web.openai import OpenAi
from orchestrator.serve.web.page import Page
from orchestrator.serve.web.transcribing import Transcribing
from orchestrator.serve.web.uploads import Uploads
from orchestrator.serve.web.webhooks import Webhooks

_TIDY_S = 600.0
_ADDRESSES = "docs/serve.md lists the addresses and their methods"


def application(service: Service) -> Any:
    """The ASGI application of the service."""
    access = Access(names=service.settings.own_names(), token=service.settings.token)
    app = Starlette(lifespan=_lifespan(service, access), exception_handlers={404: _nothing, 405: _method})
    return Guard(app, access)


def _lifespan(service: Service, access: Access) -> Any:
    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        hub = Hub(service)
        settings = service.settings
        servers = media_servers.servers({name: getattr(settings, name) for name in KEYS})
        uploads, transcribing = Uploads(service), Transcribing(service, hub)
        parts = (
            Batches(service), Api(service, hub, access), Asr(service, hub, uploads, transcribing),
            OpenAi(service, uploads, transcribing), Webhooks(service, servers), Page(service),
            Editor(service),
        )  # fmt: skip
        for part in parts:
            app.router.routes.extend(part.routes())
        service.start()
        tasks = [asyncio.create_task(keep_going(begin)) for begin in _standing(service, servers)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            hub.close()
            service.stop()

    return lifespan


def _standing(
    service: Service, servers: Mapping[str, MediaServer]
) -> Iterator[Callable[[], Coroutine[Any, Any, None]]]:
    """What goes on while the service lives."""
    yield lambda: _tidying(service)
    yield lambda: telling.go_on(service, telling.tellers(service, servers))
    if service.settings.pause_while_playing:
        yield lambda: playing.follow(service, servers)
    if (watched := service.watch) is not None:
        yield lambda: watcher.follow(watched)


async def _tidying(service: Service) -> None:
    while True:
        await asyncio.sleep(_TIDY_S)
        await asyncio.to_thread(service.tidy)


async def _nothing(_: Request, __: Exception) -> Response:
    return answer({"message": "nothing at this address", "hint": _ADDRESSES}, 404)


async def _method(_: Request, error: Any) -> Response:
    body = {"message": "this method is not allowed here", "hint": _ADDRESSES}
    return answer(body, 405, **(error.headers or {}))
