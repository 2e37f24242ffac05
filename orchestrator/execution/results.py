"""Looks up the results of a run's jobs in the store, stores new ones, and publishes them for the user."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipc.errors import StageError
from ipc.protocol import Result
from orchestrator.errors import FatalError
from orchestrator.execution import commit, step_events
from orchestrator.execution.broadcast import Broadcast
from orchestrator.execution.hooks import Hooks
from orchestrator.execution.job import Job, JobId
from orchestrator.execution.messages import ActionFailed, Ended, Gone, NotCached, SchedulerEvent
from orchestrator.planning import cache_key, lean
from orchestrator.planning.plan import Made
from orchestrator.run_state import events
from orchestrator.storage.store import AttemptGoneError, Entry, Store

_TIMES = 3
_VANISHED = re.compile(r"FileNotFoundError|No such file|Stale file handle|Bus error|signal 7\b")
"""How a stage fails whose input is removed while it reads that."""


@dataclass(frozen=True)
class Attempt:
    """Where a job writes: its folder, and the draft of an external output if it has one."""

    folder: Path
    draft: Path | None = None


class Results:
    """Connects a run with the store and the user's files."""

    def __init__(self, store: Store, hooks: Hooks, broadcast: Broadcast, *, lean: bool = False) -> None:
        self._lean = lean
        self._store = store
        self._hooks = hooks
        self._broadcast = broadcast
        self._known: dict[tuple[int, str], Made] = {}
        self._ingredients: dict[JobId, Mapping[str, Any]] = {}
        self._attempts: dict[JobId, Attempt] = {}
        self._made: set[str] = set()
        self._published: dict[JobId, Entry] = {}
        self._again: Counter[JobId] = Counter()
        self._lost: set[JobId] = set()
        self._whole: set[JobId] = set()
        """The jobs whose every output is needed, because a stage that runs reads it."""

    def look_up(self, job: Job) -> SchedulerEvent:
        """Compute the key of a job whose inputs are complete; publish its result if the store has one."""
        known = {source: made for (film, source), made in self._known.items() if film == job.film}
        ingredients = job.task.plan.ingredients(job.step, job.choice, known)
        self._ingredients[job.id] = ingredients
        key = cache_key.key_of(ingredients)
        # Before it is looked up: what is found now must still be there when the last stage has read it.
        self._store.users.pin(self._holder(job.film), [key])
        entry = None
        if not job.step.forced or key in self._made:
            entry = self._store.find(key, job.step.needed)
            # A step that the plan runs is read as a whole by another one.
            if entry is None and self._lean and job.step.verdict != "run" and job.id not in self._whole:
                entry = lean.find(self._store, key, job.step, lean.read(job.task.plan.steps))
        # A result that this run made is not made again for another film of the same content.
        transient = entry is not None and bool(entry.manifest.transient) and key not in self._made
        if entry is None or transient:
            return NotCached(job.id, key, transient)
        return self._publish(job, entry, cached=True)

    def begin(self, job: Job) -> Attempt:
        """Make the folder that the job writes in; raises `FatalError` if that fails."""
        attempt = Attempt(self._store.attempt(job.name))
        self._attempts[job.id] = attempt
        if any(output.external for output in job.step.stage.outputs):
            attempt = Attempt(attempt.folder, self._hooks.draft(job.task.plan, job.step))
            self._attempts[job.id] = attempt
        return attempt

    def inputs(self, job: Job) -> dict[str, Path]:
        """The paths of the job's inputs."""
        sources = self._sources(job)
        return {name: sources[source] for name, source in job.step.inputs.items()}

    def _sources(self, job: Job) -> dict[str, Path]:
        """The paths of what the job reads, by `stage.output` or `film`."""
        film = job.task.plan.film
        return {
            source: film if source == "film" else self._known[job.film, source].path
            for source in job.step.inputs.values()
            if source == "film" or (job.film, source) in self._known
        }

    def gone(self, job: Job, message: str = "") -> Gone | None:
        """Whether what the job reads or writes left the cache; `message` says why it failed.

        Another machine may have taken this one for dead, and large files go where only their digest is
        needed. It is said three times of a job; then it fails.
        """
        paths = {source: path for source, path in self._sources(job).items() if source != "film"}
        missing = [source for source, path in paths.items() if not path.exists()]
        if not missing and _VANISHED.search(message):
            missing = [source for source, path in paths.items() if str(path.parent) in message]
        if not (missing or (message and job.id in self._lost)) or self._again[job.id] >= _TIMES:
            return None
        self._again[job.id] += 1
        self._lost.discard(job.id)
        stages = tuple(dict.fromkeys(source.split(".")[0] for source in missing))
        self._whole |= {(job.film, stage) for stage in stages}
        return Gone(job.id, stages)

    def keep(self, job: Job, result: Result) -> SchedulerEvent:
        """Store the outputs of a finished job if they are valid, and publish them."""
        attempt = self._attempts[job.id]
        try:
            entry = commit.keep(
                job, result, attempt.folder, self._ingredients[job.id], self._store, self._hooks
            )
        except AttemptGoneError:
            return Gone(job.id)
        except StageError as error:
            if not attempt.folder.is_dir():
                return Gone(job.id)
            return ActionFailed(job.id, error.category, error.message, error.hint)
        del self._attempts[job.id]
        self._made.add(entry.key)
        return self._publish(job, entry, cached=False)

    def drop(self, job_id: JobId) -> None:
        """Remove the job's outputs so far."""
        attempt = self._attempts.pop(job_id, None)
        if attempt is not None:
            if not attempt.folder.is_dir():
                self._lost.add(job_id)
            self._store.discard(attempt.folder)
            if attempt.draft is not None:
                attempt.draft.unlink(missing_ok=True)

    def forget(self, film: int) -> None:
        """Forget the results of a film that has ended."""
        self._known = {known: made for known, made in self._known.items() if known[0] != film}
        self._ingredients = {job: found for job, found in self._ingredients.items() if job[0] != film}
        self._published = {job: entry for job, entry in self._published.items() if job[0] != film}
        self._whole = {job for job in self._whole if job[0] != film}
        self._lost = {job for job in self._lost if job[0] != film}
        self._store.users.unpin(self._holder(film))

    def drop_all(self) -> None:
        """Remove all incomplete outputs, and let the results of all films go."""
        for job_id in list(self._attempts):
            self.drop(job_id)
        for film in {film for film, _ in self._ingredients}:
            self._store.users.unpin(self._holder(film))

    def _holder(self, film: int) -> str:
        return f"{id(self):x}.{film}"

    def _publish(self, job: Job, entry: Entry, *, cached: bool) -> SchedulerEvent:
        for name, record in entry.manifest.outputs.items():
            self._known[job.film, f"{job.name}.{name}"] = Made(record.digest, entry.path(name))
        before = self._published.get(job.id)
        # If it was looked up or made again because it left the cache, the user has its files already.
        again = before is not None and before.manifest.outputs == entry.manifest.outputs
        try:
            self._store.remember(job.task.plan.film, job.name, entry.key)
            written = [] if again else list(self._hooks.publish(job.task.plan, job.step, entry))
        except (FatalError, FileNotFoundError) as error:
            if cached and self._store.find_part(entry.key) is None:
                return NotCached(job.id, entry.key)  # it left the cache since it was found
            if not isinstance(error, FatalError):
                raise
            return ActionFailed(job.id, "storage", error.message, error.hint)
        self._published[job.id] = entry
        mine = before is not None and entry.key in self._made
        self._broadcast.emit(step_events.of_end(job, entry, cached=cached and not mine))
        for output in written:
            self._broadcast.emit(events.FileWritten(time=time.time(), film=job.film, output=output))
        return Ended(job.id, entry.key)
