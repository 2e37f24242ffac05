"""Requests about many films: all jobs in some states, a folder with all below it, and the watched folders."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from orchestrator.folders.found import Skipped
from orchestrator.folders.selection import Chosen
from orchestrator.serve import library, watch
from orchestrator.serve.job import ENDED, OPEN, Job, State
from orchestrator.serve.job import Request as JobRequest
from orchestrator.serve.service import Service
from orchestrator.serve.web.answers import RequestError, answer, answering, json_body

_SHOWN = 500
"""Films that were left out, of which a client gets the reasons."""
_OF: Mapping[str, tuple[State, ...]] = {"cancel": OPEN, "retry": ENDED, "remove": ENDED}


class Batches:
    """The endpoints."""

    def __init__(self, service: Service) -> None:
        self._service, self._queue = service, service.queue

    def routes(self) -> list[Route]:
        """The addresses, which come before those of single jobs."""
        return [
            Route("/api/jobs/all/{change}", answering(self.change), methods=["POST"]),
            Route("/api/watched", answering(self.watched)),
        ]

    async def change(self, request: Request) -> Response:
        """Cancel, retry or remove all jobs in the states of `{"state": "failed,set_aside"}`."""
        change, body = request.path_params["change"], await json_body(request)
        if change not in _OF:
            raise RequestError(404, "nothing at this address", f"use {', '.join(_OF)}")
        words, client = body.get("state"), body.get("client", False)
        states = words.split(",") if isinstance(words, str) else []
        if not states or set(states) - set(_OF[change]) or not isinstance(client, bool):
            raise RequestError(
                400, f"{change}: state must be one or more of {', '.join(_OF[change])}",
                'such as {"state": "failed,set_aside"}; {"client": true} means the uploads of clients',
            )  # fmt: skip
        count = await asyncio.to_thread(self._change, change, states, client=client)
        return answer({"jobs": count})

    def _change(self, change: str, states: list[str], *, client: bool) -> int:
        actions: dict[str, Callable[[str], Job | bool | None]] = {
            "cancel": self._queue.cancel, "retry": self._queue.retry, "remove": self._queue.remove,
        }  # fmt: skip
        with self._queue.together():
            found = reversed(self._queue.jobs(states, limit=-1))  # the earliest first, as they were queued
            jobs = [job.id for job in found if (job.upload is not None) == client]
            if change == "retry" and client:
                raise RequestError(409, "uploads are not kept", "send them again")
            return sum(bool(actions[change](job)) for job in jobs)

    async def watched(self, _: Request) -> Response:
        """What the last look at the watched folders found."""
        one = self._service.watch
        looked = one.looked if one else None
        if one is None or looked is None:
            return answer({"folders": list(map(str, one.folders)) if one else [], "at": None})
        return answer({
            "folders": list(map(str, one.folders)), "at": looked.at, "to_do": looked.queued,
            "growing": looked.growing, **_left_out(looked.left_out),
        })  # fmt: skip


def queue_folder(service: Service, folder: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """Queue the films in a folder and below it by the rules of libraries; what became of them, in JSON."""
    found = library.films(folder)
    inside = [film for film in found.films if service.allowed.has(film.path)]
    judged = list(library.judged(inside, service.settings, {**service.settings.options, **options}))
    chosen = [one.film for one in judged if isinstance(one, Chosen)]
    with service.queue.together():
        jobs = [
            service.queue.add(
                JobRequest(film=film.path, source="api", options=options, fingerprint=watch.fingerprint(film))
            )
            for film in chosen
        ]
    left_out = [*found.skipped, *(one for one in judged if isinstance(one, Skipped))]
    return {"queued": [job.id for job, _ in jobs], "new": sum(new for _, new in jobs), **_left_out(left_out)}


def _left_out(skipped: Any) -> dict[str, Any]:
    """How many films are left out by each rule, and the reasons of the first ones."""
    counts = Counter(one.rule.name for one in skipped)
    names = {one.rule.name: one.rule for one in skipped}
    return {
        "left_out": {names[rule].one if n == 1 else names[rule].several or names[rule].one: n
                     for rule, n in counts.most_common()},
        "why": [{"film": str(one.path), "rule": one.rule.one, "reason": one.why} for one in skipped[:_SHOWN]],
    }  # fmt: skip
