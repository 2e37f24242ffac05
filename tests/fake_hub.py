"""A model hub of one's own on a loopback port: it speaks as much of the Hub's protocol as a download needs."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "c0ffee" * 6 + "c0ff"


@contextlib.contextmanager
def serve(
    repositories: dict[str, dict[str, bytes]], gated: tuple[str, ...] = (), token: str = ""
) -> Iterator[str]:
    """Serve `repositories` (id -> file name -> content); those in `gated` to who has the `token`. Yields the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(body=True)

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def _answer(self, *, body: bool) -> None:
            parts = self.path.partition("?")[0].strip("/").split("/")
            api = parts[:2] == ["api", "models"]
            owner, name, *rest = parts[2:] if api else parts
            repository = f"{owner}/{name}"
            files = repositories.get(repository)
            known = token and self.headers.get("Authorization") == f"Bearer {token}"
            if repository in gated and not known:
                self._send(401, b"", {"X-Error-Code": "GatedRepo"}, body=body)
            elif files is None:
                self._send(401, b"", {"X-Error-Code": "RepoNotFound"}, body=body)
            elif api:
                siblings = [{"rfilename": file} for file in files]
                tree = [
                    {"type": "file", "path": file, "size": len(text), "oid": "0" * 40}
                    for file, text in files.items()
                ]
                answer = (
                    tree if rest[0] == "tree" else {"id": repository, "sha": COMMIT, "siblings": siblings}
                )
                self._send(200, json.dumps(answer).encode(), {"Content-Type": "application/json"}, body=body)
            else:
                content = files["/".join(rest[2:])]
                tag = hashlib.sha256(content).hexdigest()
                self._send(200, content, {"ETag": f'"{tag}"', "X-Repo-Commit": COMMIT}, body=body)

        def _send(self, status: int, content: bytes, headers: dict[str, str], *, body: bool) -> None:
            self.send_response(status)
            for key, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(key, value)
            self.end_headers()
            if body:
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
