"""Webhooks: media servers and downloaders tell that a film is new, and it is queued.

The path that they tell is one of their machine (`--map`), and must lead into an allowed folder like that of
any request. What they tell can name no server: an item is asked for at the one that the user named.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ipc.parsing import json_of
from orchestrator.errors import FatalError
from orchestrator.serve import payloads
from orchestrator.serve.job import Request as JobRequest
from orchestrator.serve.service import Service
from orchestrator.serve.web.answers import RequestError, answer, answering, body_of
from orchestrator.serve.web.media_servers import MediaServer, ServerError

_LARGEST = 4 << 20
"""Bytes; Plex sends a picture with it."""
_FIELDS = ("payload", "data")
"""Fields of a form that hold the JSON: of Plex, and of Emby."""


class Webhooks:
    """The addresses under `/webhooks`."""

    def __init__(self, service: Service, servers: Mapping[str, MediaServer]) -> None:
        self._service, self._servers = service, servers

    def routes(self) -> list[Route]:
        """One address for each program."""
        return [Route("/webhooks/{program}", answering(self.told), methods=["POST"])]

    async def told(self, request: Request) -> Response:
        """Queue the films that a program tells of: `{"queued": [ids], "refused": [messages]}`."""
        program = request.path_params["program"]
        if program not in payloads.READERS:
            raise RequestError(404, "nothing at this address", f"use {', '.join(sorted(payloads.READERS))}")
        content = await body_of(request, _LARGEST)
        news = payloads.READERS[program](_table(content, request.headers.get("content-type", "")))
        paths = list(news.paths)
        if news.item:
            paths.append(await self._path_of(program, news.item))
        queued, refused = [], []
        for path in paths:
            try:
                queued.append(await asyncio.to_thread(self._queue, path, program))
            except FatalError as error:
                refused.append(f"{path}: {error.message}")
        status = 422 if refused and not queued else 200
        return answer({"queued": queued, "refused": refused}, status)

    async def _path_of(self, program: str, item: str) -> str:
        server = self._servers.get(program)
        if server is None:
            raise RequestError(
                422,
                f"{program} tells no path, and this service cannot ask it",
                f"start it with --{program} URL",
            )
        try:
            return await server.path_of(item)
        except ServerError as error:
            raise RequestError(502, str(error)) from error

    def _queue(self, path: str, program: str) -> str:
        film = self._service.allowed.film(path, program)
        status = film.stat()
        wanted = JobRequest(film=film, source="webhook", fingerprint=f"{status.st_size} {status.st_mtime}")
        return self._service.queue.add(wanted)[0].id


def _table(content: bytes, kind: str) -> Mapping[str, Any]:
    """The JSON object of a body, or of a field of a form; whatever the header calls it."""
    try:
        if kind.lower().startswith("multipart/form-data"):
            content = _field(content, kind)
        body = json_of(content)
    except ValueError as error:
        raise RequestError(400, f"the body is not JSON: {error}") from None
    if not isinstance(body, dict):
        raise RequestError(400, "the body is not a JSON object")
    return body


def _field(content: bytes, kind: str) -> bytes:
    """The content of the field of a form that holds the JSON. Raises `ValueError`."""
    boundary = parse_options_header(kind)[1].get(b"boundary", b"")
    found: dict[bytes, bytearray] = {}
    state = {"name": b"", "header": b"", "value": b""}

    def header_end() -> None:
        if state["header"].lower() == b"content-disposition":
            state["name"] = parse_options_header(state["value"])[1].get(b"name", b"")
        state["header"] = state["value"] = b""

    def add(key: str) -> Any:
        def take(data: bytes, start: int, end: int) -> None:
            state[key] += data[start:end]

        return take

    def data(part: bytes, start: int, end: int) -> None:
        found.setdefault(state["name"], bytearray()).extend(part[start:end])

    parser = MultipartParser(
        boundary,
        {
            "on_header_field": add("header"), "on_header_value": add("value"), "on_header_end": header_end,
            "on_part_data": data,
        },
    )  # fmt: skip
    parser.write(content)
    for name in _FIELDS:
        if name.encode() in found:
            return bytes(found[name.encode()])
    raise ValueError(f"the form has none of the fields {', '.join(_FIELDS)}")
