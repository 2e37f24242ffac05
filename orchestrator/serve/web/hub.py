"""Brings the events of jobs, which happen in threads, to the loop that answers clients."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from orchestrator.serve.job import Job
from orchestrator.serve.service import Service

Heard = tuple[str, Mapping[str, Any]]
_ROOM = 2000
"""Events that a slow client may be behind; then its stream ends, and it asks again."""


class TooSlowError(Exception):
    """A client did not read its events."""


class Hub:
    """The events of `service`, in the running loop."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._loop = asyncio.get_running_loop()
        self._subscribers: set[Subscription] = set()
        self.close = service.listen(self._report)

    def _report(self, job: str, event: Mapping[str, Any]) -> None:
        self._loop.call_soon_threadsafe(self._spread, job, event)

    def _spread(self, job: str, event: Mapping[str, Any]) -> None:
        for one in tuple(self._subscribers):
            one.take(job, event)

    @contextlib.contextmanager
    def subscribed(self, job: str | None = None, *, states_only: bool = False) -> Iterator[Subscription]:
        """Hear the events of one job or of all, or only that their states changed."""
        one = Subscription(job, states_only=states_only)
        self._subscribers.add(one)
        try:
            yield one
        finally:
            self._subscribers.discard(one)

    async def ended(self, job: str) -> Job | None:
        """Wait until a job has ended; None if there is no such job."""
        with self.subscribed(job, states_only=True) as events:
            while True:
                found = await asyncio.to_thread(self._service.queue.find, job)
                if found is None or not found.open:
                    return found
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(events.next(), 60)


class Subscription:
    """What one client still has to hear."""

    def __init__(self, job: str | None, *, states_only: bool) -> None:
        self._job, self._states_only = job, states_only
        self._events: asyncio.Queue[Heard] = asyncio.Queue(_ROOM)
        self._lost = False

    def take(self, job: str, event: Mapping[str, Any]) -> None:
        """Keep an event, if it is one that is wanted."""
        if self._job not in {None, job} or (self._states_only and event["event"] != "job"):
            return
        try:
            self._events.put_nowait((job, event))
        except asyncio.QueueFull:
            self._lost = True

    async def next(self) -> Heard:
        """Wait for the next event. Raises `TooSlowError`."""
        if self._lost:
            raise TooSlowError
        return await self._events.get()

    async def __aiter__(self) -> AsyncIterator[Heard]:
        while True:
            yield await self.next()
