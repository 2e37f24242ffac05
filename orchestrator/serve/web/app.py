"""The application: every address, behind the guard."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from orchestrator.serve.access import Access
from orchestrator.serve.service import Service
from orchestrator.serve.web.answers import answer
from orchestrator.serve.web.api import Api
from orchestrator.serve.web.asr import Asr
from orchestrator.serve.web.guard import Guard
from orchestrator.serve.web.hub import Hub
from orchestrator.serve.web.openai import OpenAi
from orchestrator.serve.web.page import Page
from orchestrator.serve.web.transcribing import Transcribing
from orchestrator.serve.web.uploads import Uploads


def application(service: Service) -> Any:
    """The ASGI application of the service."""
    access = Access(names=service.settings.own_names(), token=service.settings.token)
    app = Starlette(lifespan=_lifespan(service, access), exception_handlers={404: _nothing, 405: _method})
    return Guard(app, access)


def _lifespan(service: Service, access: Access) -> Any:
    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        hub = Hub(service)
        uploads, transcribing = Uploads(service), Transcribing(service, hub)
        parts = (
            Api(service, hub, access), Asr(service, hub, uploads, transcribing),
            OpenAi(service, uploads, transcribing),
            Page(service),
        )  # fmt: skip
        for part in parts:
            app.router.routes.extend(part.routes())
        service.start()
        try:
            yield
        finally:
            hub.close()
            service.stop()

    return lifespan


async def _nothing(_: Request, __: Exception) -> Response:
    return answer({"message": "nothing at this address"}, 404)


async def _method(_: Request, error: Any) -> Response:
    return answer({"message": "this method is not allowed here"}, 405, **(error.headers or {}))
