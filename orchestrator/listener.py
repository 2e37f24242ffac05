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
from orchestrator import remedies, tidings
from orchestrator import worker as workers
from orchestrator.job import Job
from orchestrator.outcomes import Outcomes
from orchestrator.pool import Hand, Pool
from orchestrator.worker import Exited

_SPOILS = frozenset({"crash", "contract", "env", "oom_host"})
"""After an error of these a process is not what it was: the next film gets a new one."""


class Listener:
    """Takes the workers' events one by one; called by the scheduler's loop alone. `stopping` ends all second tries."""

    def __init__(self, pool: Pool, outcomes: Outcomes) -> None:
        self.stopping = False
        self._pool = pool
        self._outcomes = outcomes
        self._oom_kills = workers.oom_kills()

    def go(self, job: Job, hand: Hand) -> None:
        """Send the run to a worker that is ready."""
        if not self._outcomes.prepare(job):
            hand.job = None
            return
        hand.status = "busy"
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
                        self.go(job, hand)
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
                self._outcomes.keep(job, event)
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
            self._outcomes.fail(
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
        self._outcomes.drop_attempt(job)
        job.stalled = False
        if self.stopping:
            job.status = "ended"
            return
        found = remedies.remedy(
            category,
            died=died,
            retries=job.retries,
            batch=job.batch_size,
            floor=job.step.stage.batch_floor,
            device=job.backend.device,
            next_choice=job.next_choice,
        )
        job.hand = None
        if found.action in {"fail", "stop"}:
            self._outcomes.fail(job, category, message, hint, log=str(hand.process.log))
            return
        if found.action in {"retry", "retry_smaller"}:
            job.retries += 1
            self._outcomes.emit(tidings.of_retry(job, f"{found.note} ({message.splitlines()[0]})"))
        else:
            self._outcomes.emit(tidings.of_fallback(job, found.note))
        job.batch = found.batch if found.batch is not None else job.batch
        if found.action == "next_choice":
            job.choice_index += 1
            job.batch, job.retries = None, 0
            self._outcomes.look_up(job)
        else:
            job.status = "ready"

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
        if told := tidings.of_event(job, event, load_seconds):
            self._outcomes.emit(told)


def _sentence(error: Error) -> str:
    return error.message if error.category != "crash" else f"{error.type}: {error.message}"
