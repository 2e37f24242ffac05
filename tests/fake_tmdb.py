"""A TMDB of one's own on a loopback port: it answers as the real one does, and goes wrong as one is told to.

Films and people are invented. The forms of the answers are those of TMDB's public API reference, version 3.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "k3y0f7h3f4k3"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJmYWtlIn0.c2lnbmF0dXJl"  # noqa: S105 - made up, like everything here


def movie(number: int, title: str, date: str = "", **facts: Any) -> dict[str, Any]:
    """A film's details; `cast` is a list of (role, actor)."""
    cast = [
        {"name": actor, "character": role, "order": place, "id": 100 + place}
        for place, (role, actor) in enumerate(facts.pop("cast", []))
    ]
    return {
        "id": number,
        "title": title,
        "original_title": facts.pop("original_title", title),
        "original_language": facts.pop("language", "hi"),
        "release_date": date,
        "overview": facts.pop("overview", ""),
        "popularity": facts.pop("popularity", 10.0),
        "runtime": facts.pop("runtime", 0),
        "credits": {"cast": cast, "crew": [{"name": "Somebody Else", "job": "Director"}]},
        "alternative_titles": {"titles": [{"title": t} for t in facts.pop("also", [])]},
        "keywords": {"keywords": [{"name": name} for name in facts.pop("keywords", [])]},
        **facts,
    }


def show(number: int, name: str, date: str = "", **facts: Any) -> dict[str, Any]:
    """A series' details; `cast` is a list of (roles, actor), `episodes` is (season, episode) -> details."""
    cast = [
        {
            "name": actor,
            "roles": [{"character": r, "episode_count": 9 - k} for k, r in enumerate(roles)],
            "order": place,
        }
        for place, (roles, actor) in enumerate(facts.pop("cast", []))
    ]
    return {
        "id": number,
        "name": name,
        "original_name": facts.pop("original_name", name),
        "original_language": facts.pop("language", "en"),
        "first_air_date": date,
        "overview": facts.pop("overview", ""),
        "popularity": facts.pop("popularity", 10.0),
        "aggregate_credits": {"cast": cast},
        **facts,
    }


@dataclass
class Tmdb:
    """The served data. `wrong` maps the number of a request (from 0, or `every`) to a fault:
    a status, or `slow`, `drop`, `garbage`, `list`, `redirect`.
    """

    address: str = ""
    movies: dict[int, dict[str, Any]] = field(default_factory=dict)
    shows: dict[int, dict[str, Any]] = field(default_factory=dict)
    found: dict[str, dict[str, Any]] = field(default_factory=dict)
    a_page: int = 20
    wrong: dict[int, Any] = field(default_factory=dict)
    every: Any = None
    retry_after: str = "0"
    asked: list[str] = field(default_factory=list)
    """Paths with their parameters, the key left out."""

    def answer(self, path: str, query: dict[str, str]) -> dict[str, Any] | None:
        parts = path.strip("/").split("/")[1:]  # without the version
        if parts[0] == "search":
            return self._search(parts[1], query)
        if parts[0] == "find":
            nothing: dict[str, Any] = {"movie_results": [], "tv_results": [], "tv_episode_results": []}
            return nothing | self.found.get(parts[1], {})
        known = (self.movies if parts[0] == "movie" else self.shows).get(int(parts[1]))
        if known and len(parts) == 6:
            return known["episodes"].get((int(parts[3]), int(parts[5])))
        wanted = query.get("append_to_response", "").split(",")
        extra = {"credits", "aggregate_credits", "alternative_titles", "translations", "keywords"}
        return known and {
            k: v for k, v in known.items() if k != "episodes" and (k not in extra or k in wanted)
        }

    def _search(self, kind: str, query: dict[str, str]) -> dict[str, Any]:
        words = query["query"].casefold().split()
        hits = []
        for one in (self.movies if kind == "movie" else self.shows).values():
            also = [t["title"] for t in one.get("alternative_titles", {}).get("titles", [])]
            text = " ".join(
                [one.get("title") or one["name"], one.get("original_title", ""), *also]
            ).casefold()
            date = one.get("release_date") or one.get("first_air_date") or ""
            year = query.get("year") or query.get("first_air_date_year")
            if all(word in text for word in words) and (not year or date.startswith(year)):
                plain = {k: v for k, v in one.items() if not isinstance(v, dict | list) and k != "runtime"}
                hits.append(plain)
        page = int(query.get("page", "1"))
        shown = hits[(page - 1) * self.a_page : page * self.a_page]
        pages = max(1, -(-len(hits) // self.a_page))
        return {"page": page, "results": shown, "total_pages": pages, "total_results": len(hits)}


@contextlib.contextmanager
def serve(**facts: Any) -> Iterator[Tmdb]:
    """Serve a `Tmdb`, whose `address` is what ORCHESTRATOR_TMDB_URL is to say."""
    tmdb = Tmdb(**facts)
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            key = query.pop("api_key", "")
            bearer = self.headers.get("Authorization", "")
            number = len(tmdb.asked)
            tmdb.asked.append(f"{parts.path.removeprefix('/3')} {json.dumps(query, sort_keys=True)}")
            wrong = tmdb.wrong.get(number, tmdb.every)
            if wrong == "drop":
                self.close_connection = True
                self.connection.close()
            elif wrong == "garbage":
                self._send(200, b"<html><body>Please log in to this network</body></html>")
            elif wrong == "list":
                self._send(200, b"[1, 2, 3]")
            elif wrong == "redirect":
                self._send(302, b"", {"Location": f"{tmdb.address}/elsewhere"})
            elif wrong == "packed":
                self._send(
                    200, gzip.compress(gzip.compress(bytes(1 << 20))), {"Content-Encoding": "gzip, gzip"}
                )
            elif wrong == "slow":
                self._slow()
            elif wrong:
                said = {"success": False, "status_code": 25, "status_message": "made to fail"}
                self._send(wrong, json.dumps(said).encode(), {"Retry-After": tmdb.retry_after})
            elif key != KEY and bearer != f"Bearer {TOKEN}":
                said = {
                    "status_code": 7,
                    "status_message": "Invalid API key: You must be granted a valid key.",
                    "success": False,
                }
                self._send(401, json.dumps(said).encode())
            elif (answer := tmdb.answer(parts.path, query)) is None:
                said = {
                    "success": False,
                    "status_code": 34,
                    "status_message": "The resource you requested could not be found.",
                }
                self._send(404, json.dumps(said).encode())
            else:
                self._send(200, json.dumps(answer).encode())

        def _slow(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            with contextlib.suppress(OSError):
                while not over.wait(0.1):
                    self.wfile.write(b" ")
                    self.wfile.flush()
            self.close_connection = True

        def _send(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    tmdb.address = f"http://127.0.0.1:{server.server_port}/3"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield tmdb
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()
