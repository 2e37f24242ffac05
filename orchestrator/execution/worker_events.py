"""What the workers say, and what follows: the side of the scheduler that listens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ipc import CONTRACT
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
from orchestrator.execution import step_events
from orchestrator.execution.job import Job
from orchestrator.execution.memory_pressure import Watch
from orchestrator.execution.outcomes import Outcomes
from orchestrator.execution.pool import Hand, Pool
from orchestrator.execution.recovery import Recovery
from orchestrator.execution.worker import Exited

_SPOILS = frozenset({"crash", "contract", "env", "oom_host"})
"""After an error of these a process is not what it was: the next film gets a new one."""


class Listener:
    """Takes the workers' events one by one; called by the scheduler's loop alone.

    A worker is replaced after `recycle` runs (0: never), or where that is None after as many as its backend says.
    """

    def __init__(
        self, pool: Pool, outcomes: Outcomes, recovery: Recovery, recycle: int | None = None
    ) -> None:
        self._pool = pool
        self._outcomes = outcomes
        self._recovery = recovery
        self._recycle = recycle
        self._watch = Watch(pool, outcomes)

    def go(self, job: Job, hand: Hand) -> None:
        """Send the run to a worker that is ready."""
        if not self._outcomes.prepare(job):
            hand.job = None
            return
        hand.status = "busy"
        hand.runs += 1
        hand.process.send(job.command(self._outcomes.inputs(job)))

    def take(self, process: object, event: Event | Exited) -> None:
        """Do what an event of a worker asks for."""
        hand = self._pool.of(process)
        if hand is None:
            return
        job: Job | None = hand.job
        match event:
            case Exited():
                self._pool.remove(hand)
                if job is not None:
                    self._recovery.after_death(job, hand, event.status)
                elif hand.status != "stopping":
                    self._pool.spoil(hand.recipe)
            case Hello():
                self._greet(hand, event)
            case Ready():
                hand.ready_seconds = event.seconds
                if hand.status == "starting":
                    hand.status = "idle"
                    if job is not None:
                        self.go(job, hand)
            case Heartbeat():
                if job is not None:
                    job.peak_rss = max(job.peak_rss, event.peak_rss)
                    self._told(job, event)
                self._watch.look(hand, event)
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
                    self._rest(hand)
                self._recovery.after_success(job)
                self._outcomes.keep(job, event)
            case Error():
                hand.job = None
                loading = hand.status == "starting"
                if hand.status == "busy" and event.category not in _SPOILS:
                    self._rest(hand)
                else:
                    self._dismiss(hand)
                self._recovery.after_error(
                    job, hand, event.category, _sentence(event), event.hint, loading=loading
                )

    def _greet(self, hand: Hand, hello: Hello) -> None:
        declared = (hand.stage.base, hand.stage.version, CONTRACT)
        found = (hello.stage, hello.version, hello.contract)
        if found == declared:
            return
        hand.process.stop(at_once=True)
        hand.status = "stopping"
        self._pool.spoil(hand.recipe)
        if hand.job is not None:
            job, hand.job = hand.job, None
            self._outcomes.fail(
                job,
                "contract",
                f"{hello.runner} is stage {found[0]} version {found[1]}, contract {found[2]}; expected "
                f"{declared[0]} version {declared[1]}, contract {declared[2]}",
                "orchestrator doctor",
            )

    def _rest(self, hand: Hand) -> None:
        """A run has ended: the worker waits for the next one, or is replaced."""
        most = hand.recipe.backend.runs if self._recycle is None else self._recycle
        hand.status = "idle"
        if most and hand.runs >= most:
            self._pool.dismiss(hand)

    def _dismiss(self, hand: Hand) -> None:
        """End a worker that is of no use to anybody."""
        hand.process.stop()
        hand.status = "stopping"

    def look_for_stalls(self, now: float, jobs: Sequence[Job]) -> None:
        """Stop the workers whose jobs have made no progress for their stage's limit; `now` is of the monotonic clock."""
        for job in jobs:
            hand = job.hand
            if hand is None or job.stalled or job.status not in {"assigned", "running"}:
                continue
            if now - job.moved > job.step.stage.stall_s:
                job.stalled = True
                hand.process.dump_stacks()
                hand.process.stop()
                hand.status = "stopping"

    def woke(self, asleep: float, jobs: Sequence[Job]) -> None:
        """The machine slept: nobody was able to move meanwhile."""
        for job in jobs:
            job.moved += asleep

    def _told(self, job: Job, event: Event, load_seconds: float = 0.0) -> None:
        if told := step_events.of_event(job, event, load_seconds):
            self._outcomes.emit(told)


def _sentence(error: Error) -> str:
    return error.message if error.category != "crash" else f"{error.type}: {error.message}"
