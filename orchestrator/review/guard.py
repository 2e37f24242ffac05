"""Checks requests: the token, this server's address, and that they come from a page of this server.

A browser sends requests to loopback for any page. So a request must contain the token, which no other page
knows. Its `Host` must be this server, which excludes other names for this address (DNS rebinding). If the
browser states the page that sends it (`Origin`, `Sec-Fetch-Site`), that must be one of this server.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

HEADER = "X-Orchestrator-Token"
LARGEST = 16 << 20
"""Bytes of a body; the cues of three hours take half a million."""
_JSON = "application/json"


class Refused(NamedTuple):
    """Why a request is refused: an HTTP status, and a message."""

    status: int
    why: str


@dataclass(frozen=True)
class Guard:
    """The checks of a server on `port`."""

    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def address(self) -> str:
        """The page's address with the token; anyone who has it can read and edit."""
        return f"http://127.0.0.1:{self.port}/?token={self.token}"

    def refuses(
        self, method: str, headers: Mapping[str, Sequence[str]], query_token: str | None
    ) -> Refused | None:
        """Why the request is refused, or None. `headers` maps lower-case names to all their values."""
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
        """Why the body of a request is refused, or its length."""
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
    """Return whether the request opens the page in a new window, as the file for the browser does.

    No other page can read that window.
    """
    how = [headers.get(f"sec-fetch-{name}", ()) for name in ("mode", "dest")]
    return method == "GET" and [list(one) for one in how] == [["navigate"], ["document"]]
