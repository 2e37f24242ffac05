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
from typing import Any, Protocol

from ipc import CONTRACT
from ipc.errors import StageError
from ipc.protocol import (
    ArtifactWritten,
    Error,
    Event,
    Heartbeat,
    Hello,
    Log,
    Metric,
    Progress,
    Ready,
    Result,
    Started,
)
from orchestrator import keys, remedies, resources, results, tidings
from orchestrator import state as events
from orchestrator import worker as workers
from orchestrator.errors import STATUS_OF_CATEGORY, FatalError
from orchestrator.hooks import Hooks
from orchestrator.interrupt import Interrupt
from orchestrator.job import Job
from orchestrator.plan import Plan
from orchestrator.pool import Hand, Pool, Recipe, Spawn
from orchestrator.state import RunEvent, RunState
from orchestrator.store import Entry, Store
from orchestrator.worker import Exited, Post

STOP_SECONDS = 4.5
"""After this long, what still lives of a stopped run is killed."""
_TICK = 1.0
_SPOILS = frozenset({"crash", "contract", "env", "oom_host"})
"""After an error of these a process is not what it was: the next film gets a new one."""
_ASLEEP = 20.0
"""A loop that was not woken for this long was suspended: nobody stalled meanwhile."""


class Observer(Protocol):
    """A view of the run."""

    def __call__(self, event: RunEvent, state: RunState) -> None:
        """Take note of an event, and of the state it led to."""


class Scheduler:
    """Runs plans once. `spawn` starts a worker's process; a test brings its own."""

    def __init__(
        self,
        store: Store,
        logs: Path,
        hooks: Hooks,
        *,
        observers: Sequence[Observer] = (),
        limits: resources.Limits | None = None,
        prestart: bool = True,
        spawn: Spawn = workers.spawn,
    ) -> None:
        self.state = RunState()
        self._store = store
        self._hooks = hooks
        self._observers = observers
        self._limits = limits or resources.machine()
        self._prestart = prestart
        self._posts: queue.SimpleQueue[Post] = queue.SimpleQueue()
        self._pool = Pool(logs, self._posts, spawn)
        self._jobs: list[Job] = []
        self._made: set[str] = set()
        self._known: list[dict[str, tuple[str, Path]]] = []
        self._stopping = False
        self._oom_kills = workers.oom_kills()

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
            self._known.append({})
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
        self._emit(events.RunStarted(time=time.time(), films=films))

    def _loop(self, interrupt: Interrupt) -> None:
        stop_by: float | None = None
        last = time.monotonic()
        changed = True
        while True:
            if interrupt.count and stop_by is None:
                stop_by = time.monotonic() + STOP_SECONDS
                self._emit(events.RunInterrupted(time=time.time(), signal=interrupt.name))
                self._stop()
            if stop_by is not None and (interrupt.count > 1 or time.monotonic() > stop_by):
                for hand in self._pool.hands:
                    hand.process.stop(at_once=True)
            if changed and not self._stopping:
                self._go_on()
            if not self._jobs or self._stopping:
                self._pool.retire(())
                if self._stopping and not self._pool.hands:
                    return
                if not self._stopping:
                    return
            try:
                post: Any = self._posts.get(timeout=_TICK if stop_by is None else 0.1)
            except queue.Empty:
                post = (None, None)
            now = time.monotonic()
            if now - last > _ASLEEP:
                self._woke(now - last)
            last = now
            # What only tells how far a stage is changes nothing of who may start.
            changed = post[0] is not None and not isinstance(post[1], Progress | Heartbeat | Log | Metric)
            if post[0] is not None:
                self._take(*post)
            self._look_for_stalls(now)

    def _end(self) -> None:
        """Leave no process and no half-written thing behind, however the loop ended."""
        for hand in self._pool.hands:
            hand.process.stop(at_once=True)
        for hand in self._pool.hands:
            hand.process.wait(2.0)
        for job in self._jobs:
            self._drop_attempt(job)
        self._emit(events.RunEnded(time=time.time()))

    # -- what can go on -------------------------------------------------------------------------------------------------

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
                self._emit(tidings.of_skip(job, f"{failed[0]} did not end well"))
            elif all(need.status == "ended" for need in job.needs):
                self._resolve(job)

    def _resolve(self, job: Job) -> None:
        digests = {source: digest for source, (digest, _) in self._known[job.film].items()}
        job.ingredients = job.plan.ingredients(job.step, job.backend, digests)
        job.key = keys.key_of(job.ingredients)
        entry = None if job.step.forced else self._store.find(job.key)
        if entry is None:
            job.status = "ready"
        else:
            self._finish(job, entry, cached=True)

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
            device = job.backend.device
            if device != "cpu" and any(other.backend.device == device for other in active):
                continue
            if job.key in self._made and not job.step.forced and (entry := self._store.find(job.key)):
                self._finish(job, entry, cached=True)  # another film of this run is the same one
                continue
            hand = self._pool.free(job.recipe)
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
            return self._pool.start(job.step, job.recipe)
        except FatalError as error:
            category, message, hint = "env", error.message, error.hint
        except OSError as error:
            category, message, hint = "storage", f"cannot start {job.name}: {error}", ""
        # Started ahead of need it may yet turn out not to be needed; when it is, this is tried again and said.
        self._pool.spoil(job.recipe)
        if job.status == "ready":
            self._fail(job, category, message, hint)
        return None

    def _give(self, job: Job, hand: Hand) -> None:
        job.hand, hand.job, job.status = hand, job, "assigned"
        job.touch()
        job.began = time.time()
        job.written = {}
        self._emit(tidings.of_start(job))
        if hand.status == "idle":
            self._go(job, hand)

    def _go(self, job: Job, hand: Hand) -> None:
        """Send the run to a worker that is ready."""
        try:
            job.attempt = self._store.attempt(job.name)
            if any(output.external for output in job.step.stage.outputs):
                job.draft = self._hooks.draft(job.plan, job.step)
        except FatalError as error:
            hand.job = None
            self._fail(job, "storage", error.message, error.hint)
            return
        hand.status = "busy"
        inputs = {
            name: job.plan.film if source == "film" else self._known[job.film][source][1]
            for name, source in job.step.inputs.items()
        }
        hand.process.send(job.command(inputs))

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
            if room and self._pool.worth_starting(recipe):
                self._start(job)

    def _likely(self, job: Job) -> bool:
        """Whether the job will probably run: it must, and nothing it needs has failed."""
        return job.step.verdict == "run" or job.status == "ready"

    # -- what the workers say -------------------------------------------------------------------------------------------

    def _take(self, process: object, event: Event | Exited) -> None:
        hand = self._pool.of(process)
        if hand is None:
            return
        job: Job | None = hand.job
        match event:
            case Exited():
                self._pool.remove(hand)
                if job is not None:
                    self._died(job, hand, event.status)
                elif hand.status != "stopping":
                    self._pool.spoil(hand.recipe)
            case Hello():
                self._greet(hand, event)
            case Ready():
                hand.ready_seconds = event.seconds
                if hand.status == "starting":
                    hand.status = "idle"
                    if job is not None:
                        self._go(job, hand)
            case Heartbeat():
                if job is not None:
                    job.peak_rss = max(job.peak_rss, event.peak_rss)
                    self._told(job, event)
            case Error() if job is None:
                # A worker started ahead of need failed to load: the job it was for will say so, if it comes to that.
                self._pool.spoil(hand.recipe)
                self._dismiss(hand)
            case _ if job is not None:
                self._heard(job, hand, event)

    def _heard(self, job: Job, hand: Hand, event: Event) -> None:
        if not isinstance(event, Log | Metric):
            job.touch()
        match event:
            case Started():
                job.status = "running"
                self._told(job, event, hand.ready_seconds)
                hand.ready_seconds = 0.0
            case Progress() | Log() | Metric():
                self._told(job, event)
            case ArtifactWritten():
                job.written[event.name] = (event.kind, Path(event.path), event.digest)
            case Result():
                hand.job = None
                if hand.status == "busy":  # and not on its way out, for having been silent too long
                    hand.status = "idle"
                self._commit(job, event)
            case Error():
                hand.job = None
                if hand.status == "busy" and event.category not in _SPOILS:
                    hand.status = "idle"
                else:
                    self._dismiss(hand)
                if job.stalled:  # whatever it says now, it says because it was stopped
                    self._remedy(job, *self._diagnosis(job, hand, 0), "", hand=hand)
                else:
                    self._remedy(job, event.category, _sentence(event), event.hint, hand=hand)

    def _greet(self, hand: Hand, hello: Hello) -> None:
        declared = (hand.stage.name, hand.stage.version, CONTRACT)
        found = (hello.stage, hello.version, hello.contract)
        if found == declared:
            return
        hand.process.stop(at_once=True)
        hand.status = "stopping"
        self._pool.spoil(hand.recipe)
        if hand.job is not None:
            job, hand.job = hand.job, None
            self._fail(
                job,
                "contract",
                f"{hello.runner} is stage {found[0]} version {found[1]}, contract {found[2]}; expected "
                f"{declared[0]} version {declared[1]}, contract {declared[2]}",
                "orchestrator doctor",
            )

    def _dismiss(self, hand: Hand) -> None:
        """End a worker that is of no use to anybody."""
        hand.process.stop()
        hand.status = "stopping"

    def _died(self, job: Job, hand: Hand, status: int) -> None:
        self._remedy(job, *self._diagnosis(job, hand, status), "", hand=hand, died=True)

    def _diagnosis(self, job: Job, hand: Hand, status: int) -> tuple[str, str]:
        kills = workers.oom_kills()
        found = remedies.diagnosis(
            job.name,
            status,
            stall_s=job.step.stage.stall_s if job.stalled else None,
            for_memory=kills > self._oom_kills,
            tail=hand.process.tail(),
        )
        self._oom_kills = kills
        return found

    def _remedy(
        self, job: Job, category: str, message: str, hint: str, *, hand: Hand, died: bool = False
    ) -> None:
        """Try again with less, elsewhere, or not at all."""
        self._drop_attempt(job)
        job.stalled = False
        if self._stopping:
            job.status = "ended"
            return
        found = remedies.remedy(
            category,
            died=died,
            retries=job.retries,
            batch=job.batch_size,
            floor=job.step.stage.batch_floor,
            device=job.backend.device,
            next_device=job.next_device,
        )
        job.hand = None
        if found.action in {"fail", "stop"}:
            self._fail(job, category, message, hint, log=str(hand.process.log))
            return
        if found.action == "retry":
            job.retries += 1
            self._emit(tidings.of_retry(job, f"{found.note} ({message.splitlines()[0]})"))
        else:
            self._emit(tidings.of_fallback(job, found.note))
        job.batch = found.batch if found.batch is not None else job.batch
        if found.action == "next_device":
            job.backend_index += 1
            job.batch = None
            self._resolve(job)
        else:
            job.status = "ready"

    # -- how jobs end ---------------------------------------------------------------------------------------------------

    def _commit(self, job: Job, result: Result) -> None:
        try:
            entry = results.keep(job, result, self._store, self._hooks)
        except StageError as error:
            self._fail(job, error.category, error.message, error.hint)
        else:
            self._made.add(job.key)
            self._finish(job, entry, cached=False)

    def _finish(self, job: Job, entry: Entry, *, cached: bool) -> None:
        manifest = entry.manifest
        for name, record in manifest.outputs.items():
            self._known[job.film][f"{job.name}.{name}"] = (record.digest, entry.path(name))
        try:
            self._store.remember(job.plan.film, job.name, entry.key)
            written = list(self._hooks.publish(job.plan, job.step, entry))
        except FatalError as error:
            self._fail(job, "storage", error.message, error.hint)
            return
        job.status, job.good, job.hand = "ended", True, None
        self._emit(tidings.of_end(job, entry, cached=cached))
        for output in written:
            self._emit(events.FileWritten(time=time.time(), film=job.film, output=output))

    def _fail(self, job: Job, category: str, message: str, hint: str = "", log: str = "") -> None:
        self._drop_attempt(job)
        job.status, job.good, job.hand = "ended", False, None
        self._emit(tidings.of_failure(job, category, message, hint, log))
        if category == "storage":
            self._stop()

    def _drop_attempt(self, job: Job) -> None:
        if job.attempt is not None:
            self._store.discard(job.attempt)
            job.attempt = None
        if job.draft is not None:
            job.draft.unlink(missing_ok=True)
            job.draft = None

    def _stop(self) -> None:
        """No new work, and an end to what is being done."""
        self._stopping = True
        for hand in self._pool.hands:
            if hand.status == "stopping":
                hand.process.stop(at_once=True)
            hand.process.stop()
            hand.status = "stopping"

    def _look_for_stalls(self, now: float) -> None:
        for job in self._jobs:
            hand = job.hand
            if hand is None or job.stalled or job.status not in {"assigned", "running"}:
                continue
            if now - job.moved > job.step.stage.stall_s:
                job.stalled = True
                hand.process.dump_stacks()
                hand.process.stop()
                hand.status = "stopping"

    def _woke(self, asleep: float) -> None:
        """The machine slept: nobody was able to move meanwhile."""
        for job in self._jobs:
            job.moved += asleep

    # -- telling --------------------------------------------------------------------------------------------------------

    def _told(self, job: Job, event: Event, load_seconds: float = 0.0) -> None:
        if told := tidings.of_event(job, event, load_seconds):
            self._emit(told)

    def _emit(self, event: RunEvent) -> None:
        self.state = events.reduce(self.state, event)
        for observer in self._observers:
            observer(event, self.state)


def exit_category(state: RunState) -> int | None:
    """The exit status that the first failure asks for, or None where nothing failed."""
    for film in state.films:
        for step in film.steps:
            if step.error is not None:
                return STATUS_OF_CATEGORY.get(step.error.category, 1)
    return None


def _sentence(error: Error) -> str:
    return error.message if error.category != "crash" else f"{error.type}: {error.message}"


def _film_state(plan: Plan) -> events.FilmState:
    return events.FilmState(
        path=plan.film,
        title=plan.film.name,
        digest=plan.film_digest,
        steps=tuple(
            events.StepState(
                name=step.name,
                status="off" if step.verdict == "off" else "waiting",
                reason=step.reason,
                waits_for=step.needs(),
                env=step.backends[0].env if step.backends else "",
                device=step.backends[0].device if step.backends else "",
                key=step.key or "",
            )
            for step in plan.steps
        ),
    )
