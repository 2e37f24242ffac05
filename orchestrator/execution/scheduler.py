"""Runs plans: passes events to the core, and the core's actions to the executor.

The threads that read the workers' pipes only post to a queue. The loop takes a post and asks `decide` what
follows. The executor carries that out; the outcome is more events, until there are none. All state is one
frozen `Situation`, which only `decide` replaces. Every fact goes to the observers as an event, with the state
that it leads to. A stop, by a signal or for lack of storage, is the same loop without new work, until the
last process has ended.

Films may join while a run goes (`orchestrator.execution.joining`); then it ends once no more will.
"""

from __future__ import annotations

import dataclasses
import queue
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from ipc.protocol import Heartbeat, Log, Metric, Progress
from orchestrator.errors import BUG, STATUS_OF_CATEGORY
from orchestrator.execution import worker as workers
from orchestrator.execution.broadcast import Broadcast, Observer
from orchestrator.execution.decide import decide
from orchestrator.execution.executor import Executor, Spawn
from orchestrator.execution.hooks import Closing, Hooks
from orchestrator.execution.joining import Close, Door, Join, Leave, Refuse, Request
from orchestrator.execution.messages import (
    CANCELLED,
    Added,
    Cancelled,
    Forget,
    NoMore,
    Proceed,
    SchedulerEvent,
    Stop,
    Tick,
)
from orchestrator.execution.results import Results
from orchestrator.execution.signals import Interrupt
from orchestrator.execution.situation import Rules, Situation
from orchestrator.execution.tasks import film_state, tasks_of
from orchestrator.execution.worker import Post, Posts
from orchestrator.machine import limits as machine_limits
from orchestrator.machine.profile import Machine
from orchestrator.machine.profile import here as this_machine
from orchestrator.planning.plan import Plan
from orchestrator.run_state import events, states
from orchestrator.run_state.run_json import film_outcome, outcome
from orchestrator.run_state.states import RunState
from orchestrator.storage.store import Store
from orchestrator.surroundings.streams import OutputError

STOP_SECONDS = 4.5
"""Seconds after which the remaining processes of a stopped run are killed."""
_TICK = 1.0
_ASLEEP = 20.0
"""Seconds; a loop that did not run for this long was suspended, so the time does not count as a stall."""


class Scheduler:
    """Runs plans once. `spawn` starts a worker's process; tests pass their own.

    A worker is replaced after `recycle` runs (0: never; None: as its backend declares). `machine` gives the
    memory of accelerators; the batch sizes that fit are recorded for it. `scratch` is the stages' folder for
    temporary files (None: the system's). `status_of` gives the exit status for the last event.
    """

    def __init__(
        self,
        store: Store,
        logs: Path,
        hooks: Hooks,
        *,
        observers: Sequence[Observer] = (),
        limits: machine_limits.Limits | None = None,
        prestart: bool = True,
        recycle: int | None = None,
        machine: Machine | None = None,
        status_of: Callable[[RunState], int] = lambda _: 0,
        spawn: Spawn = workers.spawn,
        scratch: Path | None = None,
        lean: bool = False,
    ) -> None:
        machine = machine or this_machine()
        rules = Rules(
            limits=limits or machine_limits.machine(),
            accelerator_mb=lambda env, device: machine.answer(env, device).memory_mb,
            prestart=prestart,
            recycle=recycle,
        )
        self._situation = Situation(rules=rules)
        self._hooks = hooks
        self._status_of = status_of
        self._posts: Posts = queue.SimpleQueue()
        self._broadcast = Broadcast(observers)
        self._results = Results(store, hooks, self._broadcast, lean=lean)
        self._executor = Executor(self._results, self._broadcast, logs, self._posts, spawn, machine, scratch)
        self.door = Door(lambda: self._posts.put(None))
        self._ids: dict[int, str] = {}
        """What each film that has not ended is called, by its number; empty without a name."""

    def observe(self, observer: Observer) -> None:
        """Pass the events of the run to `observer` too; before it starts."""
        self._broadcast.add(observer)

    @property
    def state(self) -> RunState:
        """The present state of the run."""
        return self._broadcast.state

    @property
    def lost_output(self) -> OutputError | None:
        """Why the run was stopped if standard output could not be written."""
        return self._broadcast.lost_output

    def run(self, plans: Sequence[Plan], *, expecting: bool = False) -> RunState:
        """Run the plans to their end and return the last state; handles signals meanwhile.

        If it is `expecting` more films, they join through `door`, until that is closed.
        """
        self._begin(plans, expecting=expecting)
        with Interrupt(lambda: self._posts.put(None)) as interrupt:
            try:
                self._loop(interrupt)
            except BaseException:
                self._end(broken=True)
                raise
            self._end()
        return self.state

    def _begin(self, plans: Sequence[Plan], *, expecting: bool) -> None:
        self._situation = Situation(rules=self._situation.rules, expecting=expecting)
        films = tuple(film_state(plan) for plan in plans)
        self._broadcast.emit(events.RunStarted(time=time.time(), films=films))
        for film, plan in enumerate(plans):
            self._add(film, plan, "")

    def _add(self, film: int, plan: Plan, name: str) -> None:
        self._ids[film] = name
        self._handle(Added(tuple(tasks_of(film, plan, self._situation.rules.limits.cores))))

    def _answer(self, request: Request) -> None:
        """Do what a film that joins or leaves needs."""
        now = time.time()
        match request:
            case Join(plan, name):
                film = len(self.state.films)
                self._broadcast.emit(events.FilmAdded(time=now, film=film, id=name, state=film_state(plan)))
                self._add(film, plan, name)
            case Leave(name):
                for film in [film for film, other in self._ids.items() if other == name]:
                    self._handle(Cancelled(film))
            case Refuse():
                self._broadcast.emit(events.FilmRefused(time=now, **dataclasses.asdict(request)))
            case Close():
                self._handle(NoMore())

    def _loop(self, interrupt: Interrupt) -> None:
        stop_by: float | None = None
        now = last = time.monotonic()
        self._proceed(now)
        while not self._situation.over:
            lost = self._broadcast.lost_output
            if (interrupt.count or lost) and stop_by is None:
                why = interrupt.name or f"standard output: {lost and lost.strerror}"
                self._broadcast.emit(events.RunInterrupted(time=time.time(), signal=why))
                self._handle(Stop())
                # Not `now`: publishing a film may have taken minutes since.
                stop_by = time.monotonic() + STOP_SECONDS
            if stop_by is not None and (interrupt.count > 1 or time.monotonic() > stop_by):
                self._handle(Stop(at_once=True))
            if self._situation.full and not self._situation.stopping:
                self._handle(Stop())
            if self._situation.over:
                return
            post = self._next_post(_TICK if stop_by is None else 0.1)
            asked = list(self.door.requests())
            for request in asked:
                self._answer(request)
            now = time.monotonic()
            asleep = now - last if now - last > _ASLEEP else 0.0
            last = now
            if asleep:
                self._handle(Tick(now, asleep))
            changed = bool(asked)
            if post is not None and (event := self._executor.translate(*post, now)) is not None:
                # Progress and logs do not change which jobs can start.
                changed = changed or not isinstance(post[1], Progress | Heartbeat | Log | Metric)
                self._handle(event)
            self._handle(Tick(now))
            if changed:
                self._proceed(now)
                self._close_films(ended=False)

    def _next_post(self, seconds: float) -> Post | None:
        try:
            return self._posts.get(timeout=seconds)
        except queue.Empty:
            return None

    def _handle(self, event: SchedulerEvent) -> bool:
        """Decide what follows from the event, and carry it out; return whether more events followed."""
        waiting = deque([event])
        more = False
        while waiting:
            self._situation, actions = decide(self._situation, waiting.popleft())
            for action in actions:
                if (outcome := self._executor.carry_out(action)) is not None:
                    waiting.append(outcome)
                    more = True
        return more

    def _proceed(self, now: float) -> None:
        """Do everything that can be done; the end of a look-up may let other jobs start or end."""
        while self._handle(Proceed(now)):
            pass

    def _close_films(self, *, ended: bool) -> None:
        """Write the last files of each film as soon as it is done: the other films may take hours."""
        if isinstance(self._hooks, Closing):
            for film, output in self._hooks.closing(self.state, ended=ended):
                self._broadcast.emit(events.FileWritten(time=time.time(), film=film, output=output))
        for film in list(self._ids):
            state = self.state.films[film]
            if ended or all(step.status in states.ENDED for step in state.steps):
                name = self._ids.pop(film)
                self._broadcast.emit(
                    events.FilmEnded(time=time.time(), film=film, id=name, outcome=_outcome(state))
                )
                self._handle(Forget(film))
                self._results.forget(film)

    def _end(self, *, broken: bool = False) -> None:
        """Kill the processes, remove incomplete outputs, and write the files of the whole run."""
        self._executor.kill_all()
        self._results.drop_all()
        self._close_films(ended=True)
        state = self.state
        self._broadcast.emit(
            events.RunEnded(
                time=time.time(),
                outcome="failed" if broken else outcome(state),
                exit_status=BUG if broken else self._status_of(state),
                files=tuple(
                    {"film": str(film.path), **dataclasses.asdict(output)}
                    for film in state.films
                    for output in film.outputs
                ),
            )
        )


def _outcome(film: states.FilmState) -> str:
    """How a film ended; one that left the run was cancelled."""
    if any(step.status == "skipped" and step.reason == CANCELLED for step in film.steps):
        return CANCELLED
    return film_outcome(film)


def exit_category(state: RunState) -> int | None:
    """The exit status for the first failure, or None if nothing failed."""
    for film in state.films:
        for step in film.steps:
            if step.error is not None:
                return STATUS_OF_CATEGORY.get(step.error.category, 1)
    return None
