"""The core of the scheduler: a pure function from a situation and an event to the next situation and actions.

`decide` uses no threads, processes, files or clock. Workers are assigned in
`orchestrator.execution.assignment`, failures handled in `orchestrator.execution.failures`, and lack of memory
in `orchestrator.execution.memory_pressure`.
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
from orchestrator.execution.job import ENDED, Job, Written
from orchestrator.execution.messages import (
    CANCELLED,
    Action,
    ActionFailed,
    Added,
    Cancelled,
    Drop,
    Ended,
    Exited,
    Forget,
    Gone,
    Keep,
    NoMore,
    NotCached,
    NotStarted,
    Proceed,
    Report,
    Reported,
    ReportRetry,
    ReportSkip,
    SchedulerEvent,
    Stop,
    Tick,
)
from orchestrator.execution.situation import Situation, Worker
from orchestrator.execution.turn import Turn

_SPOILS = frozenset({"crash", "contract", "env", "oom_host"})
"""Categories of errors after which a worker process is not used again."""
_LEFT_BY_ANOTHER = frozenset({"crash", "oom_host"})
"""Those of them that what another stage left in the process may have caused."""


def decide(situation: Situation, event: SchedulerEvent) -> tuple[Situation, tuple[Action, ...]]:
    """Return the situation after `event`, and the actions to carry out, in this order."""
    turn = Turn(situation)
    match event:
        case Proceed():
            assignment.proceed(turn, event.now)
        case NotCached():
            turn.made -= {event.key}
            turn.set_job(turn.jobs[event.job], status="ready", key=event.key, transient=event.transient)
        case Ended():
            turn.made |= {event.key}
            turn.set_job(turn.jobs[event.job], status="done", key=event.key, worker=None)
        case ActionFailed():
            _action_failed(turn, event)
        case Gone():
            _gone(turn, event)
        case NotStarted():
            _not_started(turn, event)
        case Reported():
            _reported(turn, event)
        case Exited():
            _exited(turn, event)
        case Tick():
            _tick(turn, event)
        case Added():
            turn.add_film(event.tasks)
        case Cancelled():
            _cancel(turn, event.film)
        case Forget():
            turn.forget_film(event.film)
        case NoMore():
            turn.expecting = False
        case Stop():
            _stop(turn, at_once=event.at_once)
    return turn.result()


def _action_failed(turn: Turn, event: ActionFailed) -> None:
    job = turn.jobs[event.job]
    if job.worker is not None and (worker := turn.workers.get(job.worker)) is not None:
        # Its run was not sent, so the worker is still idle.
        turn.set_worker(worker, status="idle", job=None, runs=worker.runs - 1)
    turn.fail(job, event.category, event.message, event.hint)


def _gone(turn: Turn, event: Gone) -> None:
    """Make the job again, after what it reads and is no longer in the cache."""
    job = turn.jobs[event.job]
    if job.worker is not None and (worker := turn.workers.get(job.worker)) is not None:
        # Its run was not sent, so the worker is still idle.
        turn.set_worker(worker, status="idle", job=None, runs=worker.runs - 1)
    if turn.stopping:
        turn.set_job(job, status="failed", worker=None)
        return
    what = ", ".join(event.sources)
    why = (
        f"the result of {what} left the cache, and is made again" if what else "what it wrote left the cache"
    )
    turn.ask(Drop(job), ReportRetry(job, why))
    for need in job.task.needs:
        if (other := turn.jobs[need]).name in event.sources and other.status in ENDED:
            turn.reopen(other)
    turn.reopen(job)


def _not_started(turn: Turn, event: NotStarted) -> None:
    worker = turn.workers.pop(event.worker)
    # A pre-started worker may not be needed; if it is, the start is tried again and the error reported.
    turn.spoiled |= {worker.recipe}
    if (job := turn.job_of(worker)) is not None:
        turn.fail(job, event.category, event.message, event.hint)


def _reported(turn: Turn, reported: Reported) -> None:
    worker = turn.workers.get(reported.worker)
    if worker is None:
        return
    job = turn.job_of(worker)
    match reported.event:
        case Hello():
            _greet(turn, worker, reported.event)
        case Ready():
            worker = turn.set_worker(worker, load_seconds=reported.event.seconds)
            if worker.status == "starting":
                worker = turn.set_worker(worker, status="idle")
                if job is not None:
                    turn.begin(job, worker)
        case Heartbeat():
            if job is not None:
                job = turn.set_job(job, peak_rss=max(job.peak_rss, reported.event.peak_rss))
                turn.ask(Report(job, reported.event))
            worker = turn.set_worker(worker, rss=reported.event.rss)
            memory_pressure.relieve(turn, worker, reported.own, reported.machine)
        case Error() if job is None and worker.status != "stopping":
            # A pre-started worker failed to load: its job reports that, if it is ever assigned.
            turn.spoiled |= {worker.recipe}
            turn.stop_worker(worker)
        case _ if job is not None:
            _of_job(turn, job, worker, reported)


def _of_job(turn: Turn, job: Job, worker: Worker, reported: Reported) -> None:
    event = reported.event
    if not isinstance(event, Log | Metric):
        job = turn.set_job(job, moved=reported.now)
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
            else:  # it is being stopped, because it stalled
                turn.set_worker(worker, job=None)
            failures.after_success(turn, job)
            turn.ask(Keep(turn.set_job(job, status="keeping", worker=None), event))
        case Error():
            loading = worker.status == "starting"
            if worker.status == "busy" and event.category not in _SPOILS:
                turn.rest(worker)
            else:
                turn.stop_worker(turn.set_worker(worker, job=None))
            known = job.stalled or job.pressed or turn.stopping
            if worker.used and event.category in _LEFT_BY_ANOTHER and not known:
                failures.again_in_a_new_process(turn, job, worker, event.message)
            else:
                failures.after_error(turn, job, worker.number, event, loading=loading)


def _greet(turn: Turn, worker: Worker, hello: Hello) -> None:
    """Reject a worker whose code has another version than the plan."""
    declared = (worker.stage.base, worker.stage.version, CONTRACT)
    actual = (hello.stage, hello.version, hello.contract)
    if actual == declared:
        return
    job = turn.job_of(worker)
    turn.stop_worker(turn.set_worker(worker, job=None), at_once=True)
    turn.spoiled |= {worker.recipe}
    if job is not None:
        turn.fail(
            job,
            "contract",
            f"{hello.runner} is stage {actual[0]} version {actual[1]}, contract {actual[2]}; expected "
            f"{declared[0]} version {declared[1]}, contract {declared[2]}",
            "run: orchestrator doctor",
        )


def _exited(turn: Turn, event: Exited) -> None:
    worker = turn.workers.pop(event.worker, None)
    if worker is None:
        return
    if worker.used:
        turn.spoiled |= {worker.recipe}  # the retry gets a process of its own
    if (job := turn.job_of(worker)) is not None:
        failures.after_death(turn, job, worker.number, event, loading=worker.status == "starting")
    elif worker.status != "stopping":
        turn.spoiled |= {worker.recipe}


def _tick(turn: Turn, event: Tick) -> None:
    """Stop workers whose jobs made no progress within their stage's limit; time asleep does not count."""
    for worker in list(turn.workers.values()):
        job = turn.job_of(worker)
        if job is None or job.status not in {"assigned", "running"} or job.stalled:
            continue
        if event.asleep:
            job = turn.set_job(job, moved=job.moved + event.asleep)
        if event.now - job.moved > job.step.stage.stall_s:
            turn.set_job(job, stalled=True)
            turn.stop_worker(worker, dump=True)


def _cancel(turn: Turn, film: int) -> None:
    """Drop the open jobs of a film; what it has finished stays in the store."""
    for job in turn.open:
        if job.film != film:
            continue
        if job.worker is not None and (worker := turn.workers.get(job.worker)) is not None:
            worker = turn.set_worker(worker, job=None)
            if worker.status == "busy":
                turn.stop_worker(worker)
        turn.ask(Drop(job), ReportSkip(job, CANCELLED))
        turn.set_job(job, status="failed", worker=None)


def _stop(turn: Turn, *, at_once: bool) -> None:
    """Start no new work, and end the workers."""
    turn.stopping = True
    for worker in list(turn.workers.values()):
        turn.stop_worker(worker, at_once=at_once or worker.status == "stopping")
