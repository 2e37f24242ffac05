"""The core of the scheduler: what follows from an event, as a function without threads, processes, files or a clock.

`decide(situation, event)` gives the situation after the event and the actions it asks for. Who gets a worker is in
`orchestrator.execution.assignment`, what follows a failure in `orchestrator.execution.failures`, what follows a lack of memory in
`orchestrator.execution.memory_pressure`.
"""

from __future__ import annotations

from pathlib import Path

from ipc import CONTRACT
from ipc.protocol import (
    ArtifactWritten,
    Error,
    Heartbeat,
    Hello,
    Log,
    Metric,
    Progress,
    Ready,
    Result,
    Started,
)
from orchestrator.execution import assignment, failures, memory_pressure
from orchestrator.execution.job import Job, Written
from orchestrator.execution.messages import (
    Action,
    CouldNot,
    Ended,
    Event,
    Exited,
    GoOn,
    Keep,
    Missed,
    NotStarted,
    Report,
    Said,
    Stop,
    Tick,
)
from orchestrator.execution.situation import Situation, Worker
from orchestrator.execution.turn import Turn

_SPOILS = frozenset({"crash", "contract", "env", "oom_host"})
"""After an error of these a process is not what it was: the next film gets a new one."""


def decide(situation: Situation, event: Event) -> tuple[Situation, tuple[Action, ...]]:
    """The situation after `event`, and what is to be done, in this order."""
    turn = Turn(situation)
    match event:
        case GoOn():
            assignment.go_on(turn, event.now)
        case Missed():
            turn.made.discard(event.key)
            turn.set_job(turn.jobs[event.job], status="ready", key=event.key, transient=event.transient)
        case Ended():
            turn.made.add(event.key)
            turn.set_job(turn.jobs[event.job], status="done", key=event.key, worker=None)
        case CouldNot():
            _could_not(turn, event)
        case NotStarted():
            _not_started(turn, event)
        case Said():
            _said(turn, event)
        case Exited():
            _exited(turn, event)
        case Tick():
            _tick(turn, event)
        case Stop():
            _stop(turn, at_once=event.at_once)
    return turn.result()


def _could_not(turn: Turn, event: CouldNot) -> None:
    job = turn.jobs[event.job]
    if job.worker is not None and (worker := turn.workers.get(job.worker)) is not None:
        # Its run was not sent: it is as idle as before.
        turn.set_worker(worker, status="idle", job=None, runs=worker.runs - 1)
    turn.fail(job, event.category, event.message, event.hint)


def _not_started(turn: Turn, event: NotStarted) -> None:
    worker = turn.workers.pop(event.worker)
    # Started ahead of need it may yet turn out not to be needed; when it is, this is tried again and said.
    turn.spoiled.add(worker.recipe)
    if (job := turn.job_of(worker)) is not None:
        turn.fail(job, event.category, event.message, event.hint)


def _said(turn: Turn, said: Said) -> None:
    worker = turn.workers.get(said.worker)
    if worker is None:
        return
    job = turn.job_of(worker)
    match said.event:
        case Hello():
            _greet(turn, worker, said.event)
        case Ready():
            worker = turn.set_worker(worker, load_seconds=said.event.seconds)
            if worker.status == "starting":
                worker = turn.set_worker(worker, status="idle")
                if job is not None:
                    turn.begin(job, worker)
        case Heartbeat():
            if job is not None:
                job = turn.set_job(job, peak_rss=max(job.peak_rss, said.event.peak_rss))
                turn.ask(Report(job, said.event))
            worker = turn.set_worker(worker, rss=said.event.rss)
            memory_pressure.relieve(turn, worker, said.own, said.machine)
        case Error() if job is None:
            # Started ahead of need it failed to load: the job it was for will say so, if it comes to that.
            turn.spoiled.add(worker.recipe)
            turn.stop_worker(worker)
        case _ if job is not None:
            _of_job(turn, job, worker, said)


def _of_job(turn: Turn, job: Job, worker: Worker, said: Said) -> None:
    event = said.event
    if not isinstance(event, Log | Metric):
        job = turn.set_job(job, moved=said.now)
    match event:
        case Started():
            turn.ask(Report(job, event, worker.load_seconds))
            turn.set_job(job, status="running")
            turn.set_worker(worker, load_seconds=0.0)
        case Progress() | Log() | Metric():
            turn.ask(Report(job, event))
        case ArtifactWritten():
            written = Written(event.kind, Path(event.path), event.digest)
            turn.set_job(job, written={**job.written, event.name: written})
        case Result():
            if worker.status == "busy":
                turn.rest(worker)
            else:  # on its way out, for having been silent too long
                turn.set_worker(worker, job=None)
            failures.after_success(turn, job)
            turn.ask(Keep(turn.set_job(job, status="keeping", worker=None), event))
        case Error():
            loading = worker.status == "starting"
            if worker.status == "busy" and event.category not in _SPOILS:
                turn.rest(worker)
            else:
                turn.stop_worker(turn.set_worker(worker, job=None))
            failures.after_error(turn, job, worker.number, event, loading=loading)


def _greet(turn: Turn, worker: Worker, hello: Hello) -> None:
    """Refuse a worker whose code is of another version than what was planned."""
    declared = (worker.stage.base, worker.stage.version, CONTRACT)
    found = (hello.stage, hello.version, hello.contract)
    if found == declared:
        return
    job = turn.job_of(worker)
    turn.stop_worker(turn.set_worker(worker, job=None), at_once=True)
    turn.spoiled.add(worker.recipe)
    if job is not None:
        turn.fail(
            job,
            "contract",
            f"{hello.runner} is stage {found[0]} version {found[1]}, contract {found[2]}; expected "
            f"{declared[0]} version {declared[1]}, contract {declared[2]}",
            "run: orchestrator doctor",
        )


def _exited(turn: Turn, event: Exited) -> None:
    worker = turn.workers.pop(event.worker, None)
    if worker is None:
        return
    if (job := turn.job_of(worker)) is not None:
        failures.after_death(turn, job, worker.number, event, loading=worker.status == "starting")
    elif worker.status != "stopping":
        turn.spoiled.add(worker.recipe)


def _tick(turn: Turn, event: Tick) -> None:
    """Stop the workers whose jobs have made no progress for their stage's limit; time asleep does not count."""
    for job in turn.open:
        if event.asleep:
            job = turn.set_job(job, moved=job.moved + event.asleep)  # noqa: PLW2901
        if job.status not in {"assigned", "running"} or job.stalled or job.worker is None:
            continue
        worker = turn.workers.get(job.worker)
        if worker is not None and event.now - job.moved > job.step.stage.stall_s:
            turn.set_job(job, stalled=True)
            turn.stop_worker(worker, dump=True)


def _stop(turn: Turn, *, at_once: bool) -> None:
    """No new work, and an end to what is being done."""
    turn.stopping = True
    for worker in list(turn.workers.values()):
        turn.stop_worker(worker, at_once=at_once or worker.status == "stopping")
