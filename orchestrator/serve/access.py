"""Decides which requests the service answers. Pure: no sockets, no framework.

On loopback any process of this machine may ask, and no page of another site: the name in `Host` is checked
against DNS rebinding, and `Origin` and `Sec-Fetch-Site` against requests that a page sends elsewhere. On any
other address a token is needed as well. No answer allows another site to read it (no CORS).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

COOKIE = "orchestrator_session"
SESSION_S = 30 * 86400
WITHOUT_TOKEN = frozenset({("GET", "/health"), ("GET", "/"), ("POST", "/api/session")})
"""What is answered without a token: that the service lives, the page's own code, and the exchange of the
token for a session. `/static/` holds the rest of that code."""
_BY_ADDRESS = ("/webhooks/",)
"""Paths whose clients may be able to send an address alone, so that the token may be in it."""
_READING = frozenset({"GET", "HEAD"})

Headers = Mapping[str, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Refused:
    """An answer instead of what was asked for."""

    status: int
    message: str
    hint: str = ""


_FOREIGN = Refused(
    status=403,
    message="requests from pages of other sites are refused",
    hint="open the address of the service itself",
)
_NEEDED = Refused(
    status=401,
    message="a token is needed",
    hint="send it as 'Authorization: Bearer TOKEN' or 'X-API-Key: TOKEN'; it is in the file serve/token of "
    "the tool's home",
)
_WRONG = Refused(
    status=401,
    message="this token is wrong",
    hint="it is in the file serve/token of the tool's home, on the machine of the service",
)


@dataclass(frozen=True, kw_only=True)
class Access:
    """The checks. `names` are host names, in lower case, by which the service may be addressed.

    IP addresses always may. Without a `token`, none is needed.
    """

    names: frozenset[str]
    token: str = ""

    def refuses(self, method: str, path: str, headers: Headers, query_token: str | None) -> Refused | None:
        """Why the request is refused, or None. `headers` maps lower-case names to all their values."""
        hosts = headers.get("host", ())
        if len(hosts) != 1 or not self._own(hosts[0]):
            return Refused(
                status=421,
                message="this service is not known by this name",
                hint="start it with --public-name NAME, or use its IP address",
            )
        if any(one.lower() not in _origins(hosts[0]) for one in headers.get("origin", ())):
            return _FOREIGN
        if any(one.lower() not in {"same-origin", "none"} for one in headers.get("sec-fetch-site", ())):
            opens = [list(headers.get(f"sec-fetch-{name}", ())) for name in ("mode", "dest")]
            if method != "GET" or opens != [["navigate"], ["document"]]:
                return _FOREIGN
        if not self.token or (method, path) in WITHOUT_TOKEN:
            return None
        if path.startswith("/static/") and method in _READING:
            return None
        if self._signed_in(headers):
            return None
        if query_token is not None and path.startswith(_BY_ADDRESS) and self.matches(query_token):
            return None
        given = [query_token, *headers.get("authorization", ()), *headers.get("x-api-key", ())]
        return _WRONG if any(given) else _NEEDED

    def matches(self, given: str) -> bool:
        """Whether `given` is the token; the time that takes does not depend on where it differs."""
        return bool(self.token) and hmac.compare_digest(_digest(given), _digest(self.token))

    def session(self, now: float | None = None) -> str:
        """The value of a cookie that stands for the token for `SESSION_S` seconds."""
        return self._session(int(now or time.time()) + SESSION_S)

    def _session(self, until: int) -> str:
        return f"{until}.{hmac.new(self.token.encode(), f'session {until}'.encode(), 'sha256').hexdigest()}"

    def _signed_in(self, headers: Headers) -> bool:
        given = [*headers.get("x-api-key", ())]
        for one in headers.get("authorization", ()):
            scheme, _, words = one.strip().partition(" ")
            if scheme.lower() == "bearer":
                given.append(words.strip())
            elif scheme.lower() == "basic":  # of clients that only know http://user:password@host
                given.append(_password(words.strip()))
        return any(map(self.matches, given)) or any(map(self._of_session, headers.get("cookie", ())))

    def _of_session(self, cookies: str) -> bool:
        for one in cookies.split(";"):
            name, _, value = one.strip().partition("=")
            until = value.partition(".")[0]
            if name == COOKIE and until.isascii() and until.isdigit() and len(until) < 12:
                good = hmac.compare_digest(_digest(value), _digest(self._session(int(until))))
                return good and int(until) > time.time()
        return False

    def _own(self, host: str) -> bool:
        name = _name(host)
        return name in self.names or _is_address(name)


def _name(host: str) -> str:
    """The name or address in a `Host` header, without its port."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() and ":" in host else host


def _is_address(name: str) -> bool:
    """Whether it is an IP address: no other site can make a browser send one that is not its own."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _origins(host: str) -> set[str]:
    return {f"{scheme}://{host.strip().lower()}" for scheme in ("http", "https")}


def _password(words: str) -> str:
    try:
        return base64.b64decode(words, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()
