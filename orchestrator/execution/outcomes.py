"""How the jobs of a run end: found in the store, kept in it, failed; and what everybody is told of it.

Here is the one state of the run, and the only place where an event is added to it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from ipc.errors import StageError
from ipc.protocol import Result
from orchestrator.errors import FatalError
from orchestrator.execution import commit, step_events
from orchestrator.execution.hooks import Closing, Hooks
from orchestrator.execution.job import Job
from orchestrator.planning import cache_key
from orchestrator.run_state import events
from orchestrator.run_state.events import RunEvent, RunState
from orchestrator.run_state.reducer import reduce
from orchestrator.storage.store import Entry, Store


class Observer(Protocol):
    """A view of the run."""

    def __call__(self, event: RunEvent, state: RunState) -> None:
        """Take note of an event, and of the state it led to."""


class Outcomes:
    """What has come of the run so far. `full` is set once something could not be written: nothing new is started then."""

    def __init__(self, store: Store, hooks: Hooks, observers: Sequence[Observer]) -> None:
        self.state = RunState()
        self.full = False
        self._store = store
        self._hooks = hooks
        self._observers = observers
        self._made: set[str] = set()
        self._known: dict[tuple[int, str], tuple[str, Path]] = {}

    def emit(self, event: RunEvent) -> None:
        """Add an event to the state, and tell everybody."""
        self.state = reduce(self.state, event)
        for observer in self._observers:
            observer(event, self.state)

    def end(self) -> None:
        """Nothing runs any more: what is made of the whole run is written, and everybody is told."""
        if isinstance(self._hooks, Closing):
            for film, output in self._hooks.closing(self.state):
                self.emit(events.FileWritten(time=time.time(), film=film, output=output))
        self.emit(events.RunEnded(time=time.time()))

    def look_up(self, job: Job) -> None:
        """A job whose inputs are known: its key, and the end of it where its result is in the store."""
        digests = {source: digest for (film, source), (digest, _) in self._known.items() if film == job.film}
        job.ingredients = job.plan.ingredients(job.step, job.choice, digests)
        job.key = cache_key.key_of(job.ingredients)
        entry = None if job.step.forced else self._store.find(job.key, job.step.needed)
        job.again = entry is not None and bool(entry.manifest.transient)
        if entry is None or job.again:
            job.status = "ready"
        else:
            self._finish(job, entry, cached=True)

    def made_meanwhile(self, job: Job) -> bool:
        """Whether another film of this run is the same one, and its result serves this job too."""
        if job.key not in self._made or job.step.forced:
            return False
        entry = self._store.find(job.key, job.step.needed)
        if entry is not None:
            self._finish(job, entry, cached=True)
        return entry is not None

    def prepare(self, job: Job) -> bool:
        """Make the folder that the job writes in; false where that failed, and so the job."""
        try:
            job.attempt = self._store.attempt(job.name)
            if any(output.external for output in job.step.stage.outputs):
                job.draft = self._hooks.draft(job.plan, job.step)
        except FatalError as error:
            self.fail(job, "storage", error.message, error.hint)
            return False
        return True

    def inputs(self, job: Job) -> dict[str, Path]:
        """Where the job's inputs are."""
        return {
            name: job.plan.film if source == "film" else self._known[job.film, source][1]
            for name, source in job.step.inputs.items()
        }

    def keep(self, job: Job, result: Result) -> None:
        """The job ended well, if what it wrote is as it should be."""
        try:
            entry = commit.keep(job, result, self._store, self._hooks)
        except StageError as error:
            self.fail(job, error.category, error.message, error.hint)
        else:
            self._made.add(job.key)
            self._finish(job, entry, cached=False)

    def fail(self, job: Job, category: str, message: str, hint: str = "", log: str = "") -> None:
        """The job failed for good."""
        self.drop_attempt(job)
        job.status, job.good, job.hand = "ended", False, None
        self.emit(step_events.of_failure(job, category, message, hint, log))
        self.full = self.full or category == "storage"

    def warn(self, job: Job, message: str) -> None:
        """Tell people something of a job that goes on."""
        self.emit(step_events.of_warning(job, message))

    def drop_attempt(self, job: Job) -> None:
        """Remove what the job has written so far."""
        if job.attempt is not None:
            self._store.discard(job.attempt)
            job.attempt = None
        if job.draft is not None:
            job.draft.unlink(missing_ok=True)
            job.draft = None

    def _finish(self, job: Job, entry: Entry, *, cached: bool) -> None:
        for name, record in entry.manifest.outputs.items():
            self._known[job.film, f"{job.name}.{name}"] = (record.digest, entry.path(name))
        try:
            self._store.remember(job.plan.film, job.name, entry.key)
            written = list(self._hooks.publish(job.plan, job.step, entry))
        except FatalError as error:
            self.fail(job, "storage", error.message, error.hint)
            return
        job.status, job.good, job.hand = "ended", True, None
        self.emit(step_events.of_end(job, entry, cached=cached))
        for output in written:
            self.emit(events.FileWritten(time=time.time(), film=job.film, output=output))
