"""One decision in progress: a copy of the situation to change, and the actions so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import Any

from orchestrator.execution.job import ENDED, Job, Task
from orchestrator.execution.messages import Action, Begin, Dismiss, Drop, ReportFailure, StopWorker, TakeOver
from orchestrator.execution.recipe import Recipe
from orchestrator.execution.situation import Situation, Worker


class Turn:
    """Exists for one call of `decide`. `result` returns the new situation and the actions, in order.

    `now` is the time by the monotonic clock while jobs are assigned.
    """

    def __init__(self, situation: Situation) -> None:
        self._before = situation
        self.rules = situation.rules
        self.jobs = dict(situation.jobs)
        self.workers = dict(situation.workers)
        self.started = situation.started
        self.spoiled = situation.spoiled
        self.made = situation.made
        self.failing = situation.failing
        self.warned = situation.warned
        self.expecting = situation.expecting
        self.stopping = situation.stopping
        self.full = situation.full
        self.actions: list[Action] = []
        self._open = situation.open
        self._ended = False
        self._needed: frozenset[Recipe] | None = None
        self.now = 0.0

    @property
    def open(self) -> list[Job]:
        """The jobs that have not ended, in order."""
        return [job for id_ in self._open if (job := self.jobs[id_]).status not in ENDED]

    @property
    def needed(self) -> frozenset[Recipe]:
        """The recipes of the workers that the open jobs need; a job that has one needs no other."""
        if self._needed is None:
            self._needed = frozenset(recipe for job in self.open for recipe in job.needed)
        return self._needed

    @cached_property
    def gpus(self) -> int:
        """How many GPUs the open jobs can use, at least one."""
        return max((len(job.choice.places) for job in self.open), default=1) or 1

    def result(self) -> tuple[Situation, tuple[Action, ...]]:
        """The situation after this turn, and the actions to carry out."""
        after = replace(
            self._before,
            jobs=self.jobs,
            open=tuple(job.id for job in self.open) if self._ended else self._open,
            workers=self.workers,
            started=self.started,
            spoiled=self.spoiled,
            made=self.made,
            failing=self.failing,
            warned=self.warned,
            expecting=self.expecting,
            stopping=self.stopping,
            full=self.full,
        )
        return after, tuple(self.actions)

    def ask(self, *actions: Action) -> None:
        """Add actions."""
        self.actions += actions

    def add_film(self, tasks: Iterable[Task]) -> None:
        """Add the jobs of a film, after all others."""
        jobs = {task.id: Job(task=task) for task in tasks}
        self.jobs |= jobs
        self._open = (*self._open, *jobs)

    def forget_film(self, film: int) -> None:
        """Remove the jobs of a film, which have ended."""
        self.jobs = {id_: job for id_, job in self.jobs.items() if job.film != film}

    def set_job(self, job: Job, **changes: Any) -> Job:
        """Change the job in the situation, and return it."""
        self.jobs[job.id] = changed = replace(job, **changes)
        self._ended = self._ended or changed.status in ENDED
        self._needed = None
        return changed

    def at(self, job: Job, gpu: str) -> Job:
        """The job as it would be on this GPU; it is not changed in the situation."""
        return job if job.gpu == gpu else replace(job, gpu=gpu)

    def reopen(self, job: Job) -> None:
        """Look a job up again, whatever became of it."""
        self.made -= {job.key}
        self.set_job(
            job, status="waiting", worker=None, key="", stalled=False, pressed="", written={}, transient=False
        )
        among = {*self._open, job.id}
        self._open = tuple(id_ for id_ in self.jobs if id_ in among)

    def set_worker(self, worker: Worker, **changes: Any) -> Worker:
        """Change the worker in the situation, and return it."""
        self.workers[worker.number] = changed = replace(worker, **changes)
        return changed

    def job_of(self, worker: Worker) -> Job | None:
        """The job of a worker."""
        return None if worker.job is None else self.jobs[worker.job]

    def others(self, worker: int | None) -> list[Worker]:
        """All workers but this one."""
        return [other for other in self.workers.values() if other.number != worker]

    def new_worker(self, job: Job, recipe: Recipe, *, reserved: bool) -> Worker:
        """Add a worker for the recipe of a job; `reserved` assigns it to this job."""
        self.started += 1
        worker = Worker(
            number=self.started, recipe=recipe, stage=job.step.stage, job=job.id if reserved else None,
            memory_mb=job.memory_mb, vram_mb=job.vram_mb,
        )  # fmt: skip
        self.workers[worker.number] = worker
        return worker

    def take_over(self, worker: Worker, job: Job, *, reserved: bool) -> Worker:
        """Give the process of an idle worker to the stage of a job; `reserved` assigns it to this job."""
        resized = job.recipe.threads != worker.recipe.threads
        worker = self.set_worker(
            worker,
            recipe=job.recipe,
            stage=job.step.stage,
            status="starting",
            job=job.id if reserved else None,
            load_seconds=0.0,
            used=True,
            memory_mb=job.memory_mb,
            vram_mb=job.vram_mb,
        )
        self.ask(TakeOver(worker, job, resized))
        return worker

    def begin(self, job: Job, worker: Worker) -> None:
        """Send the run to its worker, which is ready."""
        self.set_worker(worker, status="busy", runs=worker.runs + 1)
        self.ask(Begin(job))

    def rest(self, worker: Worker) -> None:
        """Make a worker idle after a run, or replace it."""
        recycle = self.rules.recycle
        most = worker.recipe.backend.runs if recycle is None else recycle
        worker = self.set_worker(worker, status="idle", job=None)
        if most and worker.runs >= most:
            self.dismiss(worker)

    def dismiss(self, worker: Worker) -> None:
        """End a worker that has no job."""
        self.ask(
            StopWorker(worker.number, at_once=True) if worker.status == "starting" else Dismiss(worker.number)
        )
        self.set_worker(worker, status="stopping")

    def stop_worker(self, worker: Worker, *, at_once: bool = False, dump: bool = False) -> None:
        """End a worker, whatever it does."""
        self.ask(StopWorker(worker.number, at_once=at_once, dump=dump))
        self.set_worker(worker, status="stopping")

    def fail(
        self, job: Job, category: str, message: str, hint: str = "", *, worker: int | None = None
    ) -> None:
        """Mark the job as failed for good."""
        self.ask(Drop(job), ReportFailure(job, category, message, hint, worker))
        self.set_job(job, status="failed", worker=None)
        self.full = self.full or category == "storage"
