"""The server behind `orchestrator review`: fixed addresses on loopback, none of which names a file."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ipc import json_text
from ipc.parsing import json_of
from orchestrator.errors import STORAGE, USAGE, FatalError
from orchestrator.review.connection import NOTHING, Connection
from orchestrator.review.desk import ConflictError, Desk
from orchestrator.review.guard import Guard, Refused
from orchestrator.review.requests import BadRequestError
from orchestrator.review.sockets import SlowError
from orchestrator.review.streams import FileSource, SoundSource, part_of

LOOPBACK = "127.0.0.1"
_PAGE = "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""Added to the policy in the page, because only a header can forbid frames."""


class Server(ThreadingHTTPServer):
    """Serves `desk` until `stop`, on `port`. `FatalError` if the port is in use.

    Port 0 selects the film's own port, by its digest, because a browser stores drafts by address and port. If
    that is in use, any free port.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, desk: Desk, port: int = 0) -> None:
        self.desk = desk
        try:
            try:
                super().__init__((LOOPBACK, port or own_port(desk.digest)), Handler)
            except OSError:
                if port:
                    raise
                super().__init__((LOOPBACK, 0), Handler)
        except OSError as error:
            raise FatalError(
                f"port {port} cannot be used: {error.strerror}", "choose another --port, or omit it", USAGE
            ) from error
        self.guard = Guard(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a browser that disconnects during a film."""

    def stop(self) -> None:
        """End `serve_forever`; a handler's thread may call it."""
        threading.Thread(target=self.shutdown, daemon=True).start()


def own_port(digest: str) -> int:
    """The port of a film: 20000 to 29999, below those that systems assign."""
    return 20000 + int(digest[:8], 16) % 10000


class Handler(Connection):
    """One connection: what is answered to which request."""

    server: Server

    def do_GET(self) -> None:  # noqa: N802
        """Send the page, the film or its audio."""
        self._answer("GET")

    def do_POST(self) -> None:  # noqa: N802
        """Save, run again, or end."""
        self._answer("POST")

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):  # any other method
            return self._not_allowed
        raise AttributeError(name)

    def _not_allowed(self) -> None:
        refused = self._refused("GET")
        self.refuse(refused or Refused(405, "only GET and POST are allowed"), {"Allow": "GET, POST"})

    def _answer(self, method: str) -> None:
        if refused := self._refused(method):
            self.refuse(refused)
            return
        try:
            route = _ROUTES.get(urlsplit(self.path).path)
        except ValueError:  # such as http://[
            route = None
        if route is None:
            self.refuse(Refused(404, "nothing at this address"))
        elif route[0] != method:
            self.refuse(Refused(405, f"only {route[0]} is allowed"), {"Allow": route[0]})
        else:
            with contextlib.suppress(ConnectionError, TimeoutError):
                self._carry_out(route[1])

    def _carry_out(self, action: Callable[[Handler], None]) -> None:
        try:
            action(self)
        except (ConnectionError, TimeoutError, SlowError):
            raise
        except Exception as error:  # a bug, or the disk: the page has to know
            if "ORCHESTRATOR_DEBUG" in os.environ:
                traceback.print_exc()
            self.close_connection = True
            if not self.answered:
                self.refuse(Refused(500, f"internal error: {type(error).__name__}: {error}"))

    def _refused(self, method: str) -> Refused | None:
        headers: dict[str, list[str]] = {}
        for name, value in self.headers.items():
            headers.setdefault(name.lower(), []).append(value.strip())
        try:
            asked = parse_qs(urlsplit(self.path).query, max_num_fields=8).get("token", [])
        except ValueError:
            asked = []
        return self.server.guard.refuses(method, headers, asked[0] if len(asked) == 1 else None)

    def page(self) -> None:
        """Send the page."""
        try:
            text = self.server.desk.page(self.server.guard.token)
        except FatalError as error:
            self.refuse(Refused(500, " ".join(filter(None, (f"{error.message}.", error.hint)))))
            return
        self.send(
            200,
            text.encode(errors="surrogateescape"),
            "text/html; charset=utf-8",
            {"Content-Security-Policy": _PAGE},
        )

    def film(self) -> None:
        """Send the film or a part of it."""
        try:
            source = FileSource(self.server.desk.film)
        except OSError as error:
            self.refuse(Refused(404, f"the film cannot be read: {error.strerror}"))
            return
        self._stream(source)

    def sound(self) -> None:
        """Send the film's audio as WAV."""
        path = self.server.desk.sound
        if path is None:
            self.refuse(Refused(404, "the audio is no longer in the cache"))
            return
        self._stream(SoundSource(path))

    def save(self) -> None:
        """Save the edits."""
        body = self._body()
        if body is None:
            return
        try:
            self._json(200, self.server.desk.save(body))
        except ConflictError as error:
            self._json(409, {"message": str(error)})
        except BadRequestError as error:
            self._json(400, {"message": str(error)})
        except FatalError as error:
            self._json(
                507 if error.status == STORAGE else 500, {"message": error.message, "hint": error.hint}
            )

    def again(self) -> None:
        """Render the subtitles again, and send the progress, one JSON line each."""
        if self._body() is None:
            return
        try:
            events = self.server.desk.again()
        except ConflictError as error:
            self._json(409, {"message": str(error)})
            return
        except OSError as error:
            self._json(500, {"message": f"cannot start a run: {error.strerror}"})
            return
        self.close_connection = True
        self.head(200, "application/x-ndjson", {"Connection": "close", "Content-Security-Policy": NOTHING})
        self._tell(events)

    def _tell(self, events: Iterator[Mapping[str, Any]]) -> None:
        gone = False
        try:
            for event in events:
                try:
                    if not gone:
                        self.wfile.write(json.dumps(event).encode() + b"\n")
                        self.wfile.flush()
                except OSError:
                    gone = True  # the page was closed: the run continues
        except FatalError as error:
            if not gone:
                self.wfile.write(
                    json.dumps({"status": error.status, "said": [error.message]}).encode() + b"\n"
                )

    def end(self) -> None:
        """End the server."""
        if self._body() is None:
            return
        self._json(200, {})
        self.server.stop()

    def _body(self) -> dict[str, Any] | None:
        """The body as a JSON object; None if it was refused."""
        headers: dict[str, list[str]] = {}
        for name, value in self.headers.items():
            headers.setdefault(name.lower(), []).append(value.strip())
        length = self.server.guard.refuses_body(headers)
        if isinstance(length, Refused):
            self.refuse(length)
            return None
        try:
            content = self.rfile.read(length)
            body = json_of(content) if len(content) == length else None
        except ValueError:
            body = None
        if not isinstance(body, dict):
            self.refuse(Refused(400, "the body is not a JSON object"))
            return None
        return body

    def _stream(self, source: FileSource | SoundSource) -> None:
        part = part_of(self.headers.get("Range"), source.size) if source.size else None
        if part is None:
            source.close()
            self.refuse(
                Refused(416, "the file has no such range"), {"Content-Range": f"bytes */{source.size}"}
            )
            return
        more = {
            "Accept-Ranges": "bytes",
            "Content-Length": str(part.length),
            "Content-Security-Policy": NOTHING,
        }
        if not part.whole:
            more["Content-Range"] = f"bytes {part.first}-{part.last}/{part.total}"
        self.head(200 if part.whole else 206, source.kind, more)
        sent = 0
        for block in source.blocks(part):
            self.wfile.write(block)
            sent += len(block)
        if sent < part.length:
            self.close_connection = True

    def _json(self, status: int, content: Mapping[str, Any]) -> None:
        text = json_text.dumps(content).encode(errors="backslashreplace")
        self.send(status, text, "application/json", {"Content-Security-Policy": NOTHING})


_ROUTES: Mapping[str, tuple[str, Callable[[Handler], None]]] = {
    "/": ("GET", Handler.page),
    "/film": ("GET", Handler.film),
    "/sound": ("GET", Handler.sound),
    "/save": ("POST", Handler.save),
    "/again": ("POST", Handler.again),
    "/end": ("POST", Handler.end),
}
