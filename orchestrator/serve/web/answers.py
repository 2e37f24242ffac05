"""Answers in JSON, and the status that belongs to an error."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from ipc import json_text
from ipc.parsing import json_of
from orchestrator.errors import ENVIRONMENT, INPUT, STORAGE, USAGE, FatalError
from orchestrator.serve.allowed import NotAllowedError
from orchestrator.util import machine_errors

LARGEST = 1 << 20
BODY_S = 20.0
_STATUSES = {USAGE: 400, ENVIRONMENT: 409, INPUT: 422, STORAGE: 507}
Endpoint = Callable[[Request], Awaitable[Response]]


class RequestError(Exception):
    """The request cannot be answered: the status, what is wrong, and what to do."""

    def __init__(self, status: int, message: str, hint: str = "", *, retry_s: int = 0) -> None:
        super().__init__(message)
        self.status, self.message, self.hint, self.retry_s = status, message, hint, retry_s


def answer(body: Any, status: int = 200, **headers: str) -> Response:
    """An answer in JSON."""
    text = json_text.dumps(body, default=str).encode()
    return Response(text, status, {"Cache-Control": "no-store", **headers}, "application/json")


def error_of(error: Exception) -> RequestError | None:
    """The answer to an error; None if it is a bug."""
    if isinstance(error, RequestError):
        return error
    if isinstance(error, NotAllowedError):
        return RequestError(403, error.message, error.hint)
    if isinstance(error, FatalError):
        return RequestError(_STATUSES.get(error.status, 500), error.message, error.hint)
    if isinstance(error, sqlite3.Error):
        return RequestError(507, f"the queue cannot be used: {error}", "check the disk of the service")
    if isinstance(error, OSError) and (explained := machine_errors.explained(error)):
        return RequestError(507, explained.message, explained.hint)
    return None


def answering(endpoint: Endpoint, refuse: Callable[[RequestError], Response] | None = None) -> Endpoint:
    """The endpoint, with errors as answers: `{"message", "hint"}`, or what `refuse` makes of them."""

    async def guarded(request: Request) -> Response:
        try:
            return await endpoint(request)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as error:
            found = error_of(error)
            if found is None:
                raise
            made = (refuse or _refusal)(found)
            if found.retry_s:
                made.headers["Retry-After"] = str(found.retry_s)
            if request.method not in {"GET", "HEAD"}:  # its body may not have been read
                made.headers["Connection"] = "close"
            return made

    return guarded


def _refusal(error: RequestError) -> Response:
    return answer({"message": error.message, "hint": error.hint}, error.status)


async def body_of(request: Request, largest: int = LARGEST) -> bytes:
    """The body of a request, within limits of size and time."""
    content = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for part in request.stream():
                content += part
                if len(content) > largest:
                    raise RequestError(413, f"the body is larger than {largest >> 20} MB")
    except TimeoutError:
        raise RequestError(408, "the body did not arrive in time") from None
    return bytes(content)


async def json_body(request: Request) -> dict[str, Any]:
    """The JSON object in the body of a request; an empty body is an empty object."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    content = await body_of(request)
    if content and kind != "application/json":
        raise RequestError(415, "the body is not application/json", "send Content-Type: application/json")
    try:
        body = json_of(content) if content else {}
    except ValueError as error:
        raise RequestError(400, f"the body is not JSON: {error}") from None
    if not isinstance(body, dict):
        raise RequestError(400, "the body is not a JSON object")
    return body
