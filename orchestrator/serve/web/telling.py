"""Tells others that a film has ended: addresses, messages, and the media servers that look at it again.

The queue keeps what is still to be told, so a kill loses nothing; after one, something may be told twice.
Ends of uploads are not told: their clients wait for them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

import httpx

from orchestrator.serve import templates
from orchestrator.serve.job import SUCCEEDED, Job
from orchestrator.serve.service import Service
from orchestrator.serve.web.describe import job_of
from orchestrator.serve.web.media_servers import MediaServer, ServerError
from orchestrator.util import terminal

Teller = Callable[[Job], Awaitable[None]]
_EACH_S = 2.0
_LONGEST_S, _TRIES = 3600.0, 12
"""Seconds at most between two tries; and how many there are, some six hours in all."""
_PATIENCE_S = 15.0


def tellers(service: Service, servers: Mapping[str, MediaServer]) -> dict[str, Teller]:
    """Who is told, by a name for messages."""
    found: dict[str, Teller] = {}
    for address in service.settings.on_done:
        found[f"--on-done {address.partition('?')[0]}"] = _Address(address).tell
    for number, address in enumerate(service.settings.messages, 1):
        found[f"message {number}"] = _Message(address).tell
    for name, server in servers.items():
        found[name] = _Refresh(service, name, server).tell
    return found


async def go_on(service: Service, found: Mapping[str, Teller]) -> None:
    """Tell what is to be told, until cancelled."""
    told: set[tuple[int, str]] = set()
    while True:
        for number, tries, job in await asyncio.to_thread(service.queue.untold, time.time()):
            failed = []
            for name, tell in found.items() if job.upload is None else ():
                if (number, name) in told:
                    continue
                try:
                    await tell(job)
                except Exception as error:  # of any library that sends messages; the others are told
                    failed.append(f"{name}: {error or type(error).__name__}")
                else:
                    told.add((number, name))
            if failed and tries + 1 < _TRIES:
                due = time.time() + min(service.settings.retry_s * 2**tries, _LONGEST_S)
                await asyncio.to_thread(service.queue.tell_later, number, due)
            else:
                await asyncio.to_thread(service.queue.told, number)
                told = {one for one in told if one[0] != number}
            if failed and tries in {0, _TRIES - 1}:
                after = "tried again later" if tries == 0 else "given up"
                terminal.tell(f"orchestrator: {job.name}: could not tell {'; '.join(failed)}; {after}")
        await asyncio.sleep(_EACH_S)


def values(job: Job) -> dict[str, str]:
    """What fills the places of an address."""
    return {
        "id": job.id,
        "state": job.state,
        "name": job.name,
        "film": str(job.film),
        "title": str(job.summary.get("title", "")),
        "language": str(job.summary.get("language", "")),
    }


def sentence(job: Job) -> str:
    """What happened to a film, in a sentence."""
    match job.state:
        case "done":
            return f"{job.name} has subtitles"
        case "degraded":
            why = "; ".join(job.summary.get("degraded", ())) or "see its report"
            return f"{job.name} has subtitles, with less than was asked for: {why}"
        case "cancelled":
            return f"{job.name} was cancelled"
    return f"{job.name} has no subtitles: {job.problem.get('message', '')}"


class _Address:
    def __init__(self, address: str) -> None:
        self._address = address

    async def tell(self, job: Job) -> None:
        body = {
            **job_of(job, None),
            "message": sentence(job),
            "outputs": [one["path"] for one in job.outputs],
        }
        async with httpx.AsyncClient(timeout=_PATIENCE_S, trust_env=False) as client:
            answer = await client.post(templates.filled(self._address, values(job)), json=body)
        if answer.status_code >= 300:
            raise ServerError(f"status {answer.status_code}")


class _Message:
    def __init__(self, address: str) -> None:
        self._address = address

    async def tell(self, job: Job) -> None:
        if not await asyncio.to_thread(self._send, job):
            raise ServerError("it was not delivered")

    def _send(self, job: Job) -> bool:
        import apprise

        service = apprise.Apprise()
        return bool(service.add(self._address) and service.notify(title="orchestrator", body=sentence(job)))


class _Refresh:
    def __init__(self, service: Service, name: str, server: MediaServer) -> None:
        self._service, self._name, self._server = service, name, server

    async def tell(self, job: Job) -> None:
        if job.state in SUCCEEDED and job.outputs:
            await self._server.refresh(self._service.allowed.theirs(job.film, self._name))
