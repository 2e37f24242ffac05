"""The page for people, and what only the page asks for: folders, the machine, settings.

Its code is fixed files that need no token and name nothing of the user's; all it shows comes from the API.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from orchestrator.report import document
from orchestrator.serve import browse
from orchestrator.serve.job import SUCCEEDED
from orchestrator.serve.overview import Overview
from orchestrator.serve.reviews import Reviews
from orchestrator.serve.service import Service
from orchestrator.serve.web.answers import RequestError, answer, answering, json_body

FOLDER = Path(__file__).parents[1] / "page"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Only the page's own files, and no text that becomes markup or code: names of films are strangers' words."""
_KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
_MOST = 1000
"""Finished films that are looked at for cues to review."""
_OF_REPORT = ("look.css", "js/elements.js", "js/words.js")
"""Files that the page shares with the report."""


@dataclass(frozen=True)
class _File:
    content: bytes
    kind: str
    tag: str


class Page:
    """The page's files, and its endpoints."""

    def __init__(self, service: Service) -> None:
        self._service, self._overview, self._reviews = service, Overview(service.settings), Reviews()
        self._files = {name: _file(path) for name, path in files().items()}

    def routes(self) -> list[Route]:
        """The addresses."""
        return [
            Route("/", answering(self.page)),
            Route("/static/{name:path}", answering(self.static)),
            Route("/api/folders", answering(self.folders), methods=["POST"]),
            Route("/api/machine", answering(self.machine)),
            Route("/api/devices", answering(self.devices)),
            Route("/api/settings", answering(self.settings)),
            Route("/api/review", answering(self.review)),
        ]

    async def page(self, request: Request) -> Response:
        """The page."""
        return self._send(request, "serve/page/page.html")

    async def static(self, request: Request) -> Response:
        """One of the files that the page loads."""
        return self._send(request, request.path_params["name"])

    async def folders(self, request: Request) -> Response:
        """What is in a folder: `{"path"}`; a body, because a name may have any bytes."""
        path = (await json_body(request)).get("path", "")
        if not isinstance(path, str):
            raise RequestError(400, "path must be text")
        return answer(await asyncio.to_thread(browse.listing, self._service.allowed, path))

    async def machine(self, _: Request) -> Response:
        """The machine, its disks and the cache."""
        return answer(await asyncio.to_thread(self._overview.machine))

    async def devices(self, _: Request) -> Response:
        """What each stage would use."""
        return answer(await asyncio.to_thread(self._overview.devices))

    async def settings(self, _: Request) -> Response:
        """The settings, and where each was set."""
        return answer(await asyncio.to_thread(self._overview.settings))

    async def review(self, _: Request) -> Response:
        """The finished films, with how many of their cues need review, and the worst of them."""
        return answer({"films": await asyncio.to_thread(self._review)})

    def _review(self) -> list[dict[str, Any]]:
        ended = self._service.queue.jobs(sorted(SUCCEEDED), limit=_MOST)  # the latest first
        films: dict[Path, str] = {}
        for job in ended:
            if job.upload is None:
                films.setdefault(job.film, job.id)
        return list(self._reviews.of_films({job: film for film, job in films.items()}))

    def _send(self, request: Request, name: str) -> Response:
        found = self._files.get(name)
        if found is None:
            raise RequestError(404, "nothing at this address")
        headers = {"Cache-Control": "no-cache", "ETag": found.tag, "Content-Security-Policy": POLICY}
        if request.headers.get("if-none-match") == found.tag:
            return Response(status_code=304, headers=headers)
        return Response(found.content, headers=headers, media_type=found.kind)


def files() -> dict[str, Path]:
    """The page's files by their places below the package, which the modules' imports of each other follow."""
    own = (path for path in FOLDER.rglob("*") if path.suffix in _KINDS)
    shared = (document.FOLDER / name for name in _OF_REPORT)
    root = FOLDER.parents[1]
    return {path.relative_to(root).as_posix(): path for path in (*own, *shared)}


def _file(path: Path) -> _File:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:16]
    return _File(content, f"{_KINDS[path.suffix]}; charset=utf-8", f'"{digest}"')
