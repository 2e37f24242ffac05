"""Who may ask: only somebody who holds the token, by this machine's own name, from a page of this server.

A browser sends requests to loopback for any page that asks it to. So a request has to know the token, which stands in no other page; it has
to name this server in `Host`, which a name that was made to point here (DNS rebinding) does not; and where the browser says
what page it is for (`Origin`, `Sec-Fetch-Site`), that has to be one of ours.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

HEADER = "X-Orchestrator-Token"
LARGEST = 16 << 20
"""Bytes of a body: the cues of three hours are half a million."""
_JSON = "application/json"


class Refused(NamedTuple):
    """Why a request is not answered: an HTTP status, and a sentence."""

    status: int
    why: str


@dataclass(frozen=True)
class Guard:
    """What a server on `port` asks of every request."""

    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def address(self) -> str:
        """Where the page is, with the token: whoever has it may read and edit."""
        return f"http://127.0.0.1:{self.port}/?token={self.token}"

    def refuses(
        self, method: str, headers: Mapping[str, Sequence[str]], query_token: str | None
    ) -> Refused | None:
        """Why the request is refused, or None. `headers` maps names in lower case to all their values."""
        hosts = {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}
        host = headers.get("host", ())
        if len(host) != 1 or host[0].lower() not in hosts:
            return Refused(421, "this server only answers requests to its own address")
        origin = headers.get("origin", ())
        if any(one.lower() not in {f"http://{name}" for name in hosts} for one in origin):
            return Refused(403, "requests from other pages are refused")
        asks = {"same-origin", "none"} | ({"cross-site"} if _opens(method, headers) else set())
        if any(one.lower() not in asks for one in headers.get("sec-fetch-site", ())):
            return Refused(403, "requests from other pages are refused")
        sent = headers.get(HEADER.lower(), ())
        given = sent[0] if len(sent) == 1 else query_token if method == "GET" and not sent else None
        if given is None or not hmac.compare_digest(given.encode(), self.token.encode()):
            return Refused(403, "the token is missing or wrong: open the address shown in the terminal")
        return None

    def refuses_body(self, headers: Mapping[str, Sequence[str]]) -> Refused | int:
        """Why the body of a request is not read, or its length."""
        if "transfer-encoding" in headers:
            return Refused(411, "the request has no Content-Length")
        kind = headers.get("content-type", ("",))[0].partition(";")[0].strip().lower()
        if kind != _JSON:
            return Refused(415, f"expected {_JSON}")
        length = headers.get("content-length", ())
        if len(length) != 1 or not length[0].isascii() or not length[0].isdigit():
            return Refused(411, "the request has no Content-Length")
        if len(length[0]) > 12 or int(length[0]) > LARGEST:
            return Refused(413, f"the request is larger than {LARGEST >> 20} MB")
        return int(length[0])


def _opens(method: str, headers: Mapping[str, Sequence[str]]) -> bool:
    """Whether a window of its own is opened on it, as by the file that the browser is started with. No page sees into that."""
    how = [headers.get(f"sec-fetch-{name}", ()) for name in ("mode", "dest")]
    return method == "GET" and [list(one) for one in how] == [["navigate"], ["document"]]
