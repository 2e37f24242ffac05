"""Films that join a run while it goes, by requests that any thread may make."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from orchestrator.planning.plan import Plan


@dataclass(frozen=True)
class Join:
    """The film of `plan` joins; `id` is what whoever asked for it calls it."""

    plan: Plan
    id: str


@dataclass(frozen=True)
class Leave:
    """The film called `id` is no longer wanted."""

    id: str


@dataclass(frozen=True, kw_only=True)
class Refuse:
    """A film cannot join. `status` is the exit status of a run of it alone."""

    id: str
    path: str
    message: str
    hint: str
    status: int


@dataclass(frozen=True)
class Close:
    """No more films will join."""


Request = Join | Leave | Refuse | Close


class Door:
    """The requests that the scheduler has not handled yet; `wake` makes its loop look."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._requests: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self._wake = wake

    def ask(self, request: Request) -> None:
        """Make a request, from any thread."""
        self._requests.put(request)
        self._wake()

    def requests(self) -> Iterator[Request]:
        """The requests so far, each one once; only the scheduler's loop calls it."""
        while True:
            try:
                yield self._requests.get_nowait()
            except queue.Empty:
                return
