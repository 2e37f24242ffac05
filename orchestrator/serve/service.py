"""The core of the service, without HTTP: the queue, the dispatcher and what listens to them."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from orchestrator.errors import USAGE, FatalError
from orchestrator.folders import quiet_hours
from orchestrator.serve import runner as runners
from orchestrator.serve.allowed import Allowed
from orchestrator.serve.allowed import Mapping as PathMapping
from orchestrator.serve.dispatcher import Dispatcher, Rules
from orchestrator.serve.job import Job
from orchestrator.serve.queue import Queue
from orchestrator.serve.runner import Command
from orchestrator.serve.settings import Settings
from orchestrator.serve.watch import Watch
from orchestrator.util import locks

Listener = Callable[[str, Mapping[str, Any]], None]
"""Gets a job's id and an event: one of the runner's, or `{"event": "job"}` after a change of its state."""
_PAUSED = "paused"
UPLOADS_KEPT_S = 3600.0
"""How long the files of an upload stay after its job has ended."""


class Service:
    """The service in the tool's home. `FatalError` (usage) if another one runs there."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.started, self.left = settings, time.time(), 0
        self.folder = runners.folder()
        self.uploads = self.folder / "uploads"
        self.receiving: set[Path] = set()
        """The folders of uploads that are still arriving."""
        self._lock = self._alone()
        self._listeners: set[Listener] = set()
        self._held: list[Callable[[], str]] = [self._closed]
        self.allowed = Allowed(
            folders=tuple(map(Path, settings.folders)),
            maps=tuple(PathMapping(theirs=one[0], ours=one[1], program=one[2]) for one in settings.maps),
        )
        self.queue = Queue(self.folder / "queue.db", self._changed)
        self.dispatcher = Dispatcher(
            self.queue,
            Command(words=settings.runner, niceness=settings.niceness),
            Rules(
                at_once=settings.at_once, idle_s=settings.idle_s, options=settings.options, held=self._hold
            ),
            self.folder,
            self._heard,
        )  # fmt: skip
        self.dispatcher.paused = bool(self.queue.state(_PAUSED))
        self.watch = Watch(settings, self.queue) if settings.watch else None

    def start(self) -> None:
        """Begin to run jobs."""
        self.uploads.mkdir(mode=0o700, exist_ok=True)
        self.tidy()
        self.dispatcher.start()
        self.dispatcher.look()

    def stop(self) -> None:
        """Stop the runner and close the queue; `left` films wait in it."""
        self.dispatcher.stop()
        self.left = self.queue.counts()["queued"]
        self.queue.close()
        self._lock.close()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Hear every event, in another thread; returns what ends that."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    def hold_while(self, reason: Callable[[], str]) -> None:
        """Start no film while `reason` returns one."""
        self._held.append(reason)

    def pause(self, *, paused: bool) -> None:
        """Start no further film until this is taken back; a restart does not change that."""
        self.queue.keep(_PAUSED, "yes" if paused else "")
        self.dispatcher.paused = paused
        self.dispatcher.look()

    def tidy(self) -> None:
        """Remove the files of uploads whose jobs are over, or never came to be; and old jobs."""
        self.queue.forget()
        keep = {
            job.upload for job in self.queue.jobs(limit=100_000)
            if job.upload and (job.open or time.time() - (job.ended or 0) < UPLOADS_KEPT_S)
        }  # fmt: skip
        for folder in self.uploads.iterdir():
            if folder not in keep and folder not in self.receiving:
                shutil.rmtree(folder, ignore_errors=True)

    def _changed(self, job: Job) -> None:
        self._heard(job.id, {"event": "job", "time": time.time(), "state": job.state})
        dispatcher = getattr(self, "dispatcher", None)  # the queue is made first
        if dispatcher is not None:
            dispatcher.look()

    def _heard(self, job: str, event: Mapping[str, Any]) -> None:
        for listener in tuple(self._listeners):
            with contextlib.suppress(RuntimeError):  # a loop that has just been closed
                listener(job, event)

    def _closed(self) -> str:
        if not self.settings.between:
            return ""
        hours = quiet_hours.read(self.settings.between)
        closed = hours.wait(dt.datetime.now().astimezone()) > 0
        return f"films start between {hours.shown().replace('-', ' and ')} only" if closed else ""

    def _hold(self) -> str:
        return next((why for reason in self._held if (why := reason())), "")

    def _alone(self) -> locks.Lock:
        try:
            return locks.hold(self.folder / "service.lock", wait=False)
        except BlockingIOError as error:
            raise FatalError(
                f"another service runs with this home ({self.folder})",
                "stop it first, or set another ORCHESTRATOR_HOME",
                USAGE,
            ) from error
