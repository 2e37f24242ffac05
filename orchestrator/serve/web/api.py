"""The service's own API: jobs, their events and files, and its state. docs/serve.md is its reference."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from orchestrator import __version__
from orchestrator.serve import request_options
from orchestrator.serve.access import COOKIE, SESSION_S, Access
from orchestrator.serve.job import STATES, SUCCEEDED, Job
from orchestrator.serve.job import Request as JobRequest
from orchestrator.serve.service import Service
from orchestrator.serve.web import batches, files, streams
from orchestrator.serve.web.answers import RequestError, answer, answering, json_body
from orchestrator.serve.web.describe import job_of
from orchestrator.serve.web.hub import Hub

_MOST = 1000
_CHANGES = {"cancel", "retry", "first", "move"}


class Api:
    """The endpoints under `/api`."""

    def __init__(self, service: Service, hub: Hub, access: Access) -> None:
        self._service, self._queue, self._hub, self._access = service, service.queue, hub, access

    def routes(self) -> list[Route]:
        """The addresses."""
        job = "/api/jobs/{job}"
        return [
            Route("/health", answering(self.health)),
            Route("/api/session", answering(self.session), methods=["POST", "DELETE"]),
            Route("/api/status", answering(self.status)),
            Route("/api/pause", answering(self.pause), methods=["POST"]),
            Route("/api/resume", answering(self.resume), methods=["POST"]),
            Route("/api/events", answering(self.all_events)),
            Route("/api/jobs", answering(self.jobs), methods=["GET"]),
            Route("/api/jobs", answering(self.add), methods=["POST"]),
            Route(job, answering(self.job), methods=["GET"]),
            Route(job, answering(self.remove), methods=["DELETE"]),
            Route(f"{job}/events", answering(self.events)),
            Route(f"{job}/report", answering(self.report)),
            Route(f"{job}/files/{{name:path}}", answering(self.file)),
            Route(f"{job}/{{change}}", answering(self.change), methods=["POST"]),
        ]

    async def health(self, _: Request) -> Response:
        """That the service lives, and nothing else: this needs no token."""
        return answer({"ok": True})

    async def session(self, request: Request) -> Response:
        """Exchange the token for a cookie, for the page; or end that."""
        if request.method == "DELETE":
            made = answer({})
            made.delete_cookie(COOKIE, httponly=True, samesite="strict")
            return made
        token = (await json_body(request)).get("token")
        if self._access.token and not (isinstance(token, str) and self._access.matches(token)):
            await asyncio.sleep(0.5)
            raise RequestError(
                401, "this token is wrong", "it is in the file that the service named at its start"
            )
        made = answer({})
        secure = request.headers.get("x-forwarded-proto", request.url.scheme) == "https"
        made.set_cookie(
            COOKIE, self._access.session(), max_age=SESSION_S, httponly=True, samesite="strict", secure=secure
        )
        return made

    async def status(self, _: Request) -> Response:
        """What the service does, and with which settings."""
        return answer(await asyncio.to_thread(self._status))

    def _status(self) -> dict[str, Any]:
        service, settings = self._service, self._service.settings
        return {
            "version": __version__, "time": time.time(), "started": service.started,
            "runner": service.dispatcher.runner(), "held": service.dispatcher.held,
            "paused": service.dispatcher.paused, "jobs": self._queue.counts(),
            "disk_free": shutil.disk_usage(service.folder).free, "token": bool(settings.token),
            "settings": {
                "folders": settings.folders, "watch": settings.watch,
                "maps": [{"theirs": one[0], "ours": one[1], "program": one[2]} for one in settings.maps],
                "options": settings.options, "between": settings.between, "at_once": settings.at_once,
                "niceness": settings.niceness, "max_upload": settings.max_upload,
                "media_servers": [
                    name for name in ("jellyfin", "emby", "plex") if getattr(settings, name)
                ],
            },
        }  # fmt: skip

    async def pause(self, _: Request) -> Response:
        """Start no further film until `resume`; those that run, and clients that wait, go on."""
        await asyncio.to_thread(self._service.pause, paused=True)
        return answer({"paused": True})

    async def resume(self, _: Request) -> Response:
        """Start films again."""
        await asyncio.to_thread(self._service.pause, paused=False)
        return answer({"paused": False})

    async def jobs(self, request: Request) -> Response:
        """The jobs; `?state=queued,running` and `?limit=100` choose."""
        states = [word for word in request.query_params.get("state", "").split(",") if word]
        if unknown := set(states) - set(STATES):
            raise RequestError(400, f"there is no state {min(unknown)}", f"use {', '.join(STATES)}")
        limit = request.query_params.get("limit", "200")
        if not limit.isdigit() or not 0 < int(limit[:6]) <= _MOST:
            raise RequestError(400, f"limit {limit}: not a number from 1 to {_MOST}")
        found = await asyncio.to_thread(self._queue.jobs, states, int(limit))
        counts = await asyncio.to_thread(self._queue.counts)
        return answer({"jobs": [self._shown(job) for job in found], "counts": counts})

    async def add(self, request: Request) -> Response:
        """Queue a film: `{"path", "options"}`; 201 if it is new, 200 if it waits or runs already.

        Of a folder, the films in it and below it are queued.
        """
        body = await json_body(request)
        if unknown := body.keys() - {"path", "options"}:
            raise RequestError(400, f"unknown key {min(unknown)}", "use path and options")
        path, options = body.get("path"), body.get("options", {})
        if not isinstance(path, str) or not isinstance(options, dict):
            raise RequestError(400, "path must be text, and options an object")
        checked = await asyncio.to_thread(request_options.checked, options, self._service.settings.options)
        if folder := await asyncio.to_thread(self._service.allowed.folder, path):
            found = await asyncio.to_thread(batches.queue_folder, self._service, folder, checked)
            return answer(found, 201 if found["new"] else 200)
        wanted = await asyncio.to_thread(self._wanted, path, checked)
        job, new = await asyncio.to_thread(self._queue.add, wanted)
        return answer(self._shown(job), 201 if new else 200)

    def _wanted(self, path: str, options: Mapping[str, Any]) -> JobRequest:
        film = self._service.allowed.film(path)
        status = film.stat()
        return JobRequest(
            film=film, source="api", options=options, fingerprint=f"{status.st_size} {status.st_mtime}"
        )

    async def job(self, request: Request) -> Response:
        """A job with its stages."""
        return answer(self._shown(await self._found(request), whole=True))

    async def remove(self, request: Request) -> Response:
        """Take an ended job off the list. What it wrote stays."""
        job = await self._found(request)
        if not await asyncio.to_thread(self._queue.remove, job.id):
            raise RequestError(409, f"the job is {job.state}", "cancel it first")
        return answer({})

    async def change(self, request: Request) -> Response:
        """Cancel or retry a job, or give it another turn."""
        change, job = request.path_params["change"], await self._found(request)
        if change not in _CHANGES:
            raise RequestError(404, "nothing at this address", f"use {', '.join(sorted(_CHANGES))}")
        body = await json_body(request)
        changed: Job | None
        match change:
            case "cancel":
                changed = await asyncio.to_thread(self._queue.cancel, job.id)
            case "retry":
                if job.upload is not None:
                    raise RequestError(409, "an upload is not kept", "send it again")
                changed = await asyncio.to_thread(self._queue.retry, job.id)
            case "first":
                changed = await asyncio.to_thread(self._first, job.id)
            case _:
                before = body.get("before")
                if before is not None and not isinstance(before, str):
                    raise RequestError(400, "before must be the id of a job, or null for the end")
                changed = await asyncio.to_thread(self._queue.move, job.id, before)
        if changed is None:
            raise RequestError(409, f"the job is {job.state}, so this is not possible")
        return answer(self._shown(changed))

    def _first(self, job: str) -> Job | None:
        others = [one.id for one in self._queue.waiting() if not one.urgent and one.id != job]
        found = self._queue.find(job)
        return (
            self._queue.move(job, others[0])
            if others
            else found
            if found and found.state == "queued"
            else None
        )

    async def events(self, request: Request) -> Response:
        """A job's events as they happen: first `job`, then those of its run; it ends with the job."""
        job = await self._found(request)

        async def produce() -> AsyncIterator[bytes]:
            with self._hub.subscribed(job.id) as events:
                found = await asyncio.to_thread(self._queue.find, job.id)
                if found is None:
                    return
                yield streams.event("job", self._shown(found, whole=True))
                if not found.open:
                    return
                async for _, event in events:
                    if event["event"] != "job":
                        yield streams.event(event["event"], event)
                        continue
                    found = await asyncio.to_thread(self._queue.find, job.id)
                    if found is None:
                        return
                    yield streams.event("job", self._shown(found, whole=True))
                    if not found.open:
                        return

        return streams.stream(produce)

    async def all_events(self, _: Request) -> Response:
        """Every change of a job's state, and the progress of those that run, as they happen."""

        async def produce() -> AsyncIterator[bytes]:
            with self._hub.subscribed() as events:
                yield streams.event("status", await asyncio.to_thread(self._status))
                last: dict[str, float] = {}
                async for job, event in events:
                    changed = event["event"] == "job"
                    if not changed and time.monotonic() - last.get(job, 0) < 1:
                        continue
                    found = await asyncio.to_thread(self._queue.find, job)
                    if found is not None:
                        last[job] = time.monotonic()
                        shown = self._shown(found, whole=not changed)
                        yield streams.event("job" if changed else "progress", shown)

        return streams.stream(produce)

    async def report(self, request: Request) -> Response:
        """The report of a job, as a page."""
        job = await self._found(request)
        outputs = self._outputs(job)
        name = next((Path(one["path"]).name for one in outputs if one["path"].endswith(".report.html")), "")
        if not name:
            why = "has no report" if job.state in SUCCEEDED else f"is {job.state}"
            raise RequestError(404, f"this job {why}", "a report is written when a film is done")
        return await files.send(job, outputs, name, page=True)

    async def file(self, request: Request) -> Response:
        """A file that the job wrote."""
        job = await self._found(request)
        return await files.send(job, self._outputs(job), request.path_params["name"])

    def _outputs(self, job: Job) -> Any:
        progress = self._service.dispatcher.progress(job.id)
        return progress.outputs if progress else job.outputs

    async def _found(self, request: Request) -> Job:
        job = await asyncio.to_thread(self._queue.find, request.path_params["job"])
        if job is None:
            raise RequestError(404, "there is no such job", "it may have been taken off the list")
        return job

    def _shown(self, job: Job, *, whole: bool = False) -> dict[str, Any]:
        progress = self._service.dispatcher.progress(job.id) if job.state == "running" else None
        return job_of(job, progress, whole=whole)
