"""The loop that runs plans: it owns all state, and nothing else takes a decision.

Threads that read workers' pipes only post to one queue; the loop takes a post, changes a job, and looks what can go on:

1. a job whose inputs are known is looked up in the store, and is done or ready;
2. a ready job gets a worker, the oldest film's first, as cores, memory and accelerators allow;
3. workers for what comes next are started ahead of need, so that imports and model loading hide behind the work before them;
4. workers that nobody ahead needs are ended.

Every fact goes to the observers as an event together with the state it leads to. Stopping, by signal or for lack of storage, is
the same loop with no new work, until the last process has ended.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ipc.protocol import (
    Heartbeat,
    Log,
    Metric,
    Progress,
)
from orchestrator.errors import STATUS_OF_CATEGORY, FatalError
from orchestrator.execution import accelerators, step_events
from orchestrator.execution import worker as workers
from orchestrator.execution.hooks import Hooks
from orchestrator.execution.job import Job
from orchestrator.execution.outcomes import Observer, Outcomes
from orchestrator.execution.pool import Hand, Pool, Recipe, Spawn
from orchestrator.execution.recovery import Recovery
from orchestrator.execution.signals import Interrupt
from orchestrator.execution.worker import Post
from orchestrator.execution.worker_events import Listener
from orchestrator.machine import limits as resources
from orchestrator.machine.profile import Machine
from orchestrator.machine.profile import here as this_machine
from orchestrator.planning.plan import Plan
from orchestrator.run_state import events
from orchestrator.run_state.events import RunState
from orchestrator.storage.store import Store

STOP_SECONDS = 4.5
"""After this long, what still lives of a stopped run is killed."""
_TICK = 1.0
_ASLEEP = 20.0
"""A loop that was not woken for this long was suspended: nobody stalled meanwhile."""


class Scheduler:
    """Runs plans once. `spawn` starts a worker's process; a test brings its own.

    A worker is replaced after `recycle` runs (0: never; None: as its backend says). `machine` is asked for what its accelerators have, and what was learnt is kept for it.
    """

    def __init__(
        self,
        store: Store,
        logs: Path,
        hooks: Hooks,
        *,
        observers: Sequence[Observer] = (),
        limits: resources.Limits | None = None,
        prestart: bool = True,
        recycle: int | None = None,
        machine: Machine | None = None,
        spawn: Spawn = workers.spawn,
    ) -> None:
        self._limits = limits or resources.machine()
        self._machine = machine or this_machine()
        self._prestart = prestart
        self._posts: queue.SimpleQueue[Post] = queue.SimpleQueue()
        self._pool = Pool(logs, self._posts, spawn)
        self._outcomes = Outcomes(store, hooks, observers)
        self._recovery = Recovery(self._pool, self._outcomes, lambda: self._machine.id)
        self._listener = Listener(self._pool, self._outcomes, self._recovery, recycle)
        self._jobs: list[Job] = []

    @property
    def state(self) -> RunState:
        """What is known of the run."""
        return self._outcomes.state

    def run(self, plans: Sequence[Plan]) -> RunState:
        """Run the plans to their end; returns the last state. Signals are handled meanwhile."""
        self._begin(plans)
        with Interrupt(lambda: self._posts.put((None, None))) as interrupt:  # type: ignore[arg-type]
            try:
                self._loop(interrupt)
            finally:
                self._end()
        return self.state

    def _begin(self, plans: Sequence[Plan]) -> None:
        for index, plan in enumerate(plans):
            active = {step.name: step.stage for step in plan.steps if step.verdict != "off"}
            of_film: dict[str, Job] = {}
            for step in plan.steps:
                if step.verdict != "off":
                    near = resources.beside(step.stage, active)
                    count = resources.threads(step.stage, near, self._limits.cores)
                    of_film[step.name] = Job(
                        index, plan, step, count, tuple(of_film[name] for name in step.needs())
                    )
            self._jobs += of_film.values()
        films = tuple(_film_state(plan) for plan in plans)
        self._outcomes.emit(events.RunStarted(time=time.time(), films=films))

    def _loop(self, interrupt: Interrupt) -> None:
        stop_by: float | None = None
        last = time.monotonic()
        changed = True
        while True:
            if interrupt.count and stop_by is None:
                stop_by = time.monotonic() + STOP_SECONDS
                self._outcomes.emit(events.RunInterrupted(time=time.time(), signal=interrupt.name))
                self._stop()
            if stop_by is not None and (interrupt.count > 1 or time.monotonic() > stop_by):
                for hand in self._pool.hands:
                    hand.process.stop(at_once=True)
            if changed and not self._recovery.stopping:
                self._go_on()
            if self._outcomes.full and not self._recovery.stopping:
                self._stop()
            if not self._jobs or self._recovery.stopping:
                self._pool.retire(())
                if self._recovery.stopping and not self._pool.hands:
                    return
                if not self._recovery.stopping:
                    return
            try:
                post: Any = self._posts.get(timeout=_TICK if stop_by is None else 0.1)
            except queue.Empty:
                post = (None, None)
            now = time.monotonic()
            if now - last > _ASLEEP:
                self._listener.woke(now - last, self._jobs)
            last = now
            # What only tells how far a stage is changes nothing of who may start.
            changed = post[0] is not None and not isinstance(post[1], Progress | Heartbeat | Log | Metric)
            if post[0] is not None:
                self._listener.take(*post)
            self._listener.look_for_stalls(now, self._jobs)

    def _end(self) -> None:
        """Leave no process and no half-written thing behind, however the loop ended."""
        for hand in self._pool.hands:
            hand.process.stop(at_once=True)
        for hand in self._pool.hands:
            hand.process.wait(2.0)
        for job in self._jobs:
            self._outcomes.drop_attempt(job)
        self._outcomes.end()

    def _go_on(self) -> None:
        """Do everything that can be done now."""
        crowded, before = False, -1
        while len(self._jobs) != before:  # what has ended may let others begin, or end
            before = len(self._jobs)
            self._advance()
            crowded = self._assign()
            self._jobs = [job for job in self._jobs if job.status != "ended"]
        self._look_ahead(crowded=crowded)

    def _advance(self) -> None:
        """Look up every job whose inputs have become known; skip those whose inputs never will."""
        for job in self._jobs:
            if job.status != "waiting":
                continue
            if failed := [need.name for need in job.needs if need.status == "ended" and not need.good]:
                job.status = "ended"
                self._outcomes.emit(step_events.of_skip(job, f"{failed[0]} did not end well"))
            elif all(need.status == "ended" for need in job.needs):
                self._outcomes.look_up(job)

    def _assign(self) -> bool:
        """Give ready jobs to workers, as far as cores, memory and accelerators go. The order is: oldest film, then plan.

        Returns whether one waits for memory.
        """
        crowded = False
        active = [other for other in self._jobs if other.status in {"assigned", "running"}]
        for job in self._jobs:
            if job.status != "ready":
                continue
            if len(active) >= max(2, self._limits.cores):
                break
            if self._outcomes.made_meanwhile(job):
                continue
            hand = self._pool.free(job.recipe)
            if not accelerators.take(job, hand, self._pool, self._machine):
                continue
            if hand is None:
                if self._pool.busy(job.recipe):
                    continue
                if crowded or not self._pool.make_room(
                    job.step.stage.resources.memory_mb, self._limits.memory_mb
                ):
                    crowded = True  # those behind it take no memory that it waits for
                    continue
                hand = self._start(job)
            if hand is not None:
                self._give(job, hand)
                active.append(job)
        return crowded

    def _start(self, job: Job) -> Hand | None:
        try:
            return self._pool.start(job.step.stage, job.choice.model, job.recipe)
        except FatalError as error:
            category, message, hint = "env", error.message, error.hint
        except OSError as error:
            category, message, hint = "storage", f"cannot start {job.name}: {error}", ""
        # Started ahead of need it may yet turn out not to be needed; when it is, this is tried again and said.
        self._pool.spoil(job.recipe)
        if job.status == "ready":
            self._outcomes.fail(job, category, message, hint)
        return None

    def _give(self, job: Job, hand: Hand) -> None:
        job.hand, hand.job, job.status = hand, job, "assigned"
        job.touch()
        job.began = time.time()
        job.written = {}
        self._outcomes.emit(step_events.of_start(job))
        if hand.status == "idle":
            self._listener.go(job, hand)

    def _look_ahead(self, *, crowded: bool) -> None:
        """Start workers for the jobs that come next, one import at a time on a small machine; end those nobody needs."""
        needed: set[Recipe] = set()
        ahead: dict[Recipe, Job] = {}
        for job in self._jobs:
            needed.add(job.recipe)
            if job.status in {"waiting", "ready"} and self._likely(job):
                ahead.setdefault(job.recipe, job)
        self._pool.retire(needed)
        if not self._prestart or crowded:
            return
        for recipe, job in ahead.items():
            if self._pool.starting() >= max(1, self._limits.cores // 2):
                return
            room = self._pool.memory_mb() + job.step.stage.resources.memory_mb <= self._limits.memory_mb
            if (
                room
                and self._pool.worth_starting(recipe)
                and accelerators.fits_ahead(job, self._pool, self._machine)
            ):
                self._start(job)

    def _likely(self, job: Job) -> bool:
        """Whether the job will probably run: it must, and nothing it needs has failed."""
        return job.step.verdict == "run" or job.status == "ready"

    def _stop(self) -> None:
        """No new work, and an end to what is being done."""
        self._recovery.stopping = True
        for hand in self._pool.hands:
            if hand.status == "stopping":
                hand.process.stop(at_once=True)
            hand.process.stop()
            hand.status = "stopping"


def exit_category(state: RunState) -> int | None:
    """The exit status that the first failure asks for, or None where nothing failed."""
    for film in state.films:
        for step in film.steps:
            if step.error is not None:
                return STATUS_OF_CATEGORY.get(step.error.category, 1)
    return None


def _film_state(plan: Plan) -> events.FilmState:
    return events.FilmState(
        path=plan.film,
        title=plan.film.name,
        digest=plan.film_digest,
        steps=tuple(
            events.StepState(
                name=step.name,
                status="off" if step.verdict == "off" else "waiting",
                planned=step.verdict,
                reason=step.reason,
                waits_for=step.needs(),
                env=step.choice.backend.env if step.choices else "",
                device=step.choice.backend.device if step.choices else "",
                device_reason=step.choice.why if step.choices else "",
                fallbacks=step.refused,
                notes=step.notes,
                key=step.key or "",
            )
            for step in plan.steps
        ),
    )
