"""A model hub on a loopback port, with the part of the Hub's protocol that downloads use."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "c0ffee" * 6 + "c0ff"


def lfs(content: bytes) -> dict[str, object]:
    """What the Hub says of a file in its large storage."""
    return {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 9}


@contextlib.contextmanager
def serve(
    repositories: dict[str, dict[str, bytes]],
    gated: tuple[str, ...] = (),
    token: str = "",
    stalls: str = "",
    asked: list[str] | None = None,
    moved: str = "",
    credentials: list[str] | None = None,
    breaks: dict[str, int] | None = None,
    sent: dict[str, int] | None = None,
    licence: str = "",
    damages: str = "",
) -> Iterator[str]:
    """Serve `repositories` (id -> file name -> content), `gated` ones only for `token`; yields the address.

    Another token counts as one that has not accepted the conditions. Of a file named `stalls` only the first
    half is sent, and then nothing until the server ends. `asked` gets every file that is asked for, and from
    which byte on: `model.bin 0`. Files that are `moved` are at that address, as those of the Hub are at its
    content network. `credentials` gets the credentials of every request. The connection of a file in `breaks`
    is cut in the middle of what is asked for, so many times. `sent` gets the bytes that were sent of each
    file. `licence` is that of every repository. A file named `damages` arrives with other bytes.
    """
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(body=True)

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def _answer(self, *, body: bool) -> None:
            if credentials is not None:
                credentials.append(self.headers.get("Authorization", ""))
            parts = self.path.partition("?")[0].strip("/").split("/")
            api = parts[:2] == ["api", "models"]
            owner, name, *rest = parts[2:] if api else parts
            repository = f"{owner}/{name}"
            files = repositories.get(repository)
            known = token and self.headers.get("Authorization") == f"Bearer {token}"
            if repository in gated and not known and not api:  # what there is, the Hub tells everybody
                refused = 403 if self.headers.get("Authorization") else 401
                self._send(refused, b"", {"X-Error-Code": "GatedRepo"}, body=body)
            elif api and rest[:1] == ["revision"] and rest[1] not in {"main", COMMIT}:
                self._send(404, b"", {"X-Error-Code": "RevisionNotFound"}, body=body)
            elif files is None:
                self._send(401, b"", {"X-Error-Code": "RepoNotFound"}, body=body)
            elif api:
                siblings = [
                    {"rfilename": file, "size": len(text), "blobId": "0" * 40, "lfs": lfs(text)}
                    for file, text in files.items()
                ]
                tree = [
                    {"type": "file", "path": file, "size": len(text), "oid": "0" * 40}
                    for file, text in files.items()
                ]
                about = {
                    "id": repository, "sha": COMMIT, "siblings": siblings, "cardData": {"license": licence}
                }  # fmt: skip
                answer = tree if rest[:1] == ["tree"] else about
                self._send(200, json.dumps(answer).encode(), {"Content-Type": "application/json"}, body=body)
            else:
                self._file("/".join(rest[2:]), files["/".join(rest[2:])], body=body)

        def _file(self, name: str, content: bytes, *, body: bool) -> None:
            if moved:
                self._send(302, b"", {"Location": f"{moved}{self.path}", **self._about(content)}, body=body)
                return
            headers = self._about(content)
            first = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")[0])
            if asked is not None and body:
                asked.append(f"{name} {first}")
            if first:
                headers["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
            half = len(content) // 2 if name == stalls else None
            if body and breaks and breaks.get(name):
                breaks[name] -= 1
                half, self.close_connection = (len(content) - first) // 2, True
            if sent is not None and body:
                sent[name] = sent.get(name, 0) + (len(content) - first if half is None else half)
            if name == damages:
                content = bytes(len(content))
            self._send(206 if first else 200, content[first:], headers, body=body, upto=half)
            if body and half is not None and name == stalls:
                self.wfile.flush()
                over.wait(60)

        def _about(self, content: bytes) -> dict[str, str]:
            size = {"X-Linked-Size": str(len(content))} if moved else {}
            return {"ETag": f'"{hashlib.sha256(content).hexdigest()}"', "X-Repo-Commit": COMMIT, **size}

        def _send(
            self, status: int, content: bytes, headers: dict[str, str], *, body: bool, upto: int | None = None
        ) -> None:
            self.send_response(status)
            for key, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(key, value)
            self.end_headers()
            if body:
                self.wfile.write(content[:upto])

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()
