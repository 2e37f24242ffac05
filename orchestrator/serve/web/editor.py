"""The editor of a finished film: what `orchestrator review` serves, behind the service's guard."""

from __future__ import annotations

import asyncio
import contextlib
import html
import queue
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from ipc import json_text
from ipc.parsing import json_of
from orchestrator.errors import FatalError
from orchestrator.review.desk import ConflictError, Desk
from orchestrator.review.guard import LARGEST
from orchestrator.review.requests import BadRequestError
from orchestrator.review.streams import FileSource, SoundSource, part_of
from orchestrator.serve.job import SUCCEEDED
from orchestrator.serve.service import Service
from orchestrator.serve.web.answers import RequestError, answer, answering, body_of

_POLICY = "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""Added to the policy in the page, which names its scripts and styles by their digests."""
_BACK = {"finished": "/#finished", "queue": "/#queue"}
"""Where "Done" leads, by where the editor was opened from, as its address says; else to what is to review."""
_MOST = 4
"""Films that are open at a time: each holds its cues and words in memory."""


class Editor:
    """The endpoints under `/edit`."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._desks: OrderedDict[Path, Desk] = OrderedDict()
        self._kept: dict[Path, contextlib.ExitStack] = {}
        self._lock = threading.Lock()

    def routes(self) -> list[Route]:
        """The addresses."""
        job = "/edit/{job}"
        return [
            Route(job, answering(self.slash)),
            Route(f"{job}/", answering(self.page, _as_page)),
            Route(f"{job}/film", answering(self.film)),
            Route(f"{job}/sound", answering(self.sound)),
            Route(f"{job}/save", answering(self.save), methods=["POST"]),
            Route(f"{job}/again", answering(self.again), methods=["POST"]),
            Route(f"{job}/end", answering(self.end), methods=["POST"]),
        ]

    async def slash(self, request: Request) -> Response:
        """The page's own address, below which its requests are."""
        return RedirectResponse(f"/edit/{request.path_params['job']}/", 308)

    async def page(self, request: Request) -> Response:
        """The report of the film's last run, for editing."""
        desk = await self._desk(request)
        back = _BACK.get(request.query_params.get("from", ""), "/#review")
        text = await asyncio.to_thread(desk.page, "", back)
        headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}
        return Response(text.encode(errors="surrogateescape"), 200, headers, "text/html; charset=utf-8")

    async def film(self, request: Request) -> Response:
        """The film, or a part of it."""
        desk = await self._desk(request)
        try:
            source = await asyncio.to_thread(FileSource, desk.film)
        except OSError as error:
            raise RequestError(404, f"the film cannot be read: {error.strerror}") from None
        source.close()
        return FileResponse(desk.film, headers={"Cache-Control": "no-store"}, media_type=source.kind)

    async def sound(self, request: Request) -> Response:
        """The film's audio, or a part of it."""
        desk = await self._desk(request)
        path = await asyncio.to_thread(lambda: desk.sound)
        if path is None:
            raise RequestError(404, "the audio is no longer in the cache", "run the film again")
        source = await asyncio.to_thread(SoundSource, path)
        part = part_of(request.headers.get("range"), source.size)
        if part is None:
            return Response(status_code=416, headers={"Content-Range": f"bytes */{source.size}"})
        headers = {"Accept-Ranges": "bytes", "Content-Length": str(part.length), "Cache-Control": "no-store"}
        if not part.whole:
            headers["Content-Range"] = f"bytes {part.first}-{part.last}/{part.total}"
        return StreamingResponse(source.blocks(part), 200 if part.whole else 206, headers, source.kind)

    async def save(self, request: Request) -> Response:
        """Save the edits."""
        desk, body = await self._desk(request), await _body(request)
        try:
            return answer(await asyncio.to_thread(desk.save, body))
        except ConflictError as error:
            raise RequestError(409, str(error)) from None
        except BadRequestError as error:
            raise RequestError(400, str(error)) from None

    async def again(self, request: Request) -> Response:
        """Render the subtitles again; the progress, a JSON line each. Closing the page stops nothing."""
        desk = await self._desk(request)
        await _body(request)
        try:
            events = await asyncio.to_thread(desk.again)
        except ConflictError as error:
            raise RequestError(409, str(error)) from None
        lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=_tell, args=(events, lines), name="render", daemon=True).start()
        return StreamingResponse(
            _lines(lines), media_type="application/x-ndjson", headers={"Cache-Control": "no-store"}
        )

    async def end(self, request: Request) -> Response:
        """Close the film."""
        desk = await self._desk(request)
        with self._lock:
            self._close(desk.film)
        return answer({})

    async def _desk(self, request: Request) -> Desk:
        return await asyncio.to_thread(self._open, request.path_params["job"])

    def _open(self, name: str) -> Desk:
        """The open film of a job; opened if it is not. It may have left the allowed folders meanwhile."""
        job = self._service.queue.find(name)
        if job is None:
            raise RequestError(404, "there is no such job")
        if job.upload is not None or job.state not in SUCCEEDED:
            why = "it was an upload, which is not kept" if job.upload else f"the job is {job.state}"
            raise RequestError(409, f"this film cannot be edited: {why}")
        film = self._service.allowed.film(str(job.film))
        with self._lock:
            if film not in self._desks:
                desk = Desk(film, self._service.settings.runner[0])
                self._kept[film] = contextlib.ExitStack()
                self._kept[film].enter_context(desk.in_use())
                self._desks[film] = desk
            self._desks.move_to_end(film)
            while len(self._desks) > _MOST:
                self._close(next(iter(self._desks)))
            return self._desks[film]

    def _close(self, film: Path) -> None:
        """Forget an open film. A run of it that was asked for goes on."""
        if self._desks.pop(film, None) is not None:
            self._kept.pop(film).close()


async def _body(request: Request) -> dict[str, Any]:
    """A body as large as the cues of a long film."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RequestError(415, "the body is not application/json")
    try:
        body = json_of(await body_of(request, LARGEST))
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise RequestError(400, "the body is not a JSON object")
    return body


def _tell(events: Iterator[Mapping[str, Any]], lines: queue.SimpleQueue[bytes | None]) -> None:
    try:
        for event in events:
            lines.put(json_text.dumps(event).encode() + b"\n")
    except FatalError as error:
        lines.put(json_text.dumps({"status": error.status, "said": [error.message]}).encode() + b"\n")
    finally:
        lines.put(None)


async def _lines(lines: queue.SimpleQueue[bytes | None]) -> AsyncIterator[bytes]:
    while (line := await asyncio.to_thread(lines.get)) is not None:
        yield line


def _as_page(error: RequestError) -> Response:
    """A refusal for a reader rather than a program."""
    words = " ".join(f"{html.escape(one)}." for one in (error.message, error.hint) if one)
    text = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" '
        'content="width=device-width"><title>not opened</title>'
        f'<p>{words}</p><p><a href="/#finished">Back to the films</a></p></html>'
    )
    policy = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
    return Response(text.encode(errors="replace"), error.status, policy, "text/html; charset=utf-8")
