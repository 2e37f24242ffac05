"""One connection to the review server: whatever is sent, even if it is no HTTP, gets an answer."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from io import BufferedReader
from typing import Any

from orchestrator.review.guard import Refused
from orchestrator.review.sockets import SlowError, TimedReader, drain

_SECURITY = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NOTHING = "default-src 'none'; frame-ancestors 'none'"
"""The policy of answers that are no page."""


class Connection(BaseHTTPRequestHandler):
    """Reads requests with a time limit, and sends answers."""

    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.1"  # of a line without a version; such an answer has a status too
    timeout = 60
    requestline = command = ""
    request_version = "HTTP/1.1"
    raw_requestline: bytes
    answered = False
    """Whether the request has got the head of its answer."""
    _unread = False

    def setup(self) -> None:
        """Read with a time limit for each request, so that a slow sender does not hold a thread."""
        super().setup()
        self._incoming = TimedReader(self.connection, self.timeout)
        self.rfile = BufferedReader(self._incoming)

    def handle_one_request(self) -> None:
        """Answer a request."""
        self._incoming.renew()
        self.answered = False
        try:
            super().handle_one_request()
        except SlowError:
            self.refuse(Refused(408, f"the request did not arrive within {self.timeout} s"))

    def parse_request(self) -> bool:
        """Read the request's line and headers; return whether they can be answered."""
        if len(self.raw_requestline.split()) != 3:
            self.refuse(Refused(400, "the first line of a request is METHOD ADDRESS HTTP/1.1"))
            return False
        return super().parse_request()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what cannot be parsed, in the form of the other answers."""
        del explain
        self.refuse(Refused(code, message or HTTPStatus(code).phrase))

    def finish(self) -> None:
        """End the connection, so that the answer to a request that was not read whole arrives."""
        super().finish()
        if self._unread:
            # Closing with unread data resets the connection, and the other side may lose the answer.
            drain(self.connection)

    def refuse(self, refused: Refused, more: Mapping[str, str] | None = None) -> None:
        """Answer with an error, and end the connection."""
        self.close_connection = self._unread = True  # whatever its body holds is not read
        content = json.dumps({"message": refused.why}).encode()
        headers = {"Content-Security-Policy": NOTHING, "Connection": "close", **(more or {})}
        self.send(refused.status, content, "application/json", headers)

    def send(self, status: int, content: bytes, kind: str, more: Mapping[str, str]) -> None:
        """Send an answer of the media type `kind`, with `more` headers."""
        self.head(status, kind, {"Content-Length": str(len(content)), **more})
        with contextlib.suppress(ConnectionError, TimeoutError):
            self.wfile.write(content)

    def head(self, status: int, kind: str, more: Mapping[str, str]) -> None:
        """Send the head of an answer."""
        self.answered = True
        self.send_response(status)
        for name, value in {**_SECURITY, "Content-Type": kind, **more}.items():
            self.send_header(name, value)
        self.end_headers()

    def version_string(self) -> str:
        """Hide the versions of Python and the server."""
        return "orchestrator"

    def log_message(self, *arguments: Any) -> None:
        """Print nothing."""
