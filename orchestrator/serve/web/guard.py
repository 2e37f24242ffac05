"""Lets through only requests that `orchestrator.serve.access` allows, before anything of them is read."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

from orchestrator.serve.access import Access, Headers

_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)
_POLICY = (
    b"content-security-policy",
    b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; sandbox",
)
"""Of every answer that does not have a policy of its own, so that none is ever a page that can act."""


class Guard:
    """An ASGI application around `app`."""

    def __init__(self, app: Any, access: Access) -> None:
        self.app, self.access = app, access

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer, or refuse."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        headers = headers_of(scope)
        refused = self.access.refuses(scope["method"], scope["path"], headers, _token(scope["query_string"]))
        if refused is None:
            await self.app(scope, receive, _with_headers(send))
            return
        body = json.dumps({"message": refused.message, "hint": refused.hint}).encode()
        more = [(b"www-authenticate", b"Bearer")] if refused.status == 401 else []
        await send(
            {
                "type": "http.response.start", "status": refused.status,
                # Closed, because what the client still sends is not read.
                "headers": [(b"content-type", b"application/json"), (b"connection", b"close"),
                            (b"content-length", str(len(body)).encode()), *_HEADERS, _POLICY, *more],
            }
        )  # fmt: skip
        await send({"type": "http.response.body", "body": body})


def headers_of(scope: Any) -> Headers:
    """All values of each header, by lower-case name."""
    found: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1").strip())
    return found


def _token(query: bytes) -> str | None:
    try:
        found = parse_qs(query.decode("ascii"), max_num_fields=50).get("token", [])
    except ValueError:
        return None
    return found[0] if len(found) == 1 else None


def _with_headers(send: Any) -> Any:
    async def sent(message: Any) -> None:
        if message["type"] == "http.response.start":
            present = {name.lower() for name, _ in message["headers"]}
            added = [one for one in (*_HEADERS, _POLICY) if one[0] not in present]
            message = {**message, "headers": [*message["headers"], *added]}
        await send(message)

    return sent
