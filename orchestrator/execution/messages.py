"""The events that the scheduler's core receives and the actions that it returns. All are frozen.

`decide(situation, event)` returns actions; `orchestrator.execution.executor` carries them out and returns
their outcome as events.
"""

from __future__ import annotations

from dataclasses import dataclass

from ipc.protocol import Event as WorkerEvent
from ipc.protocol import Result
from orchestrator.execution.job import Job, JobId, Task, Tries
from orchestrator.execution.situation import Worker
from orchestrator.machine.rooms import Room

CANCELLED = "cancelled"
"""Why the stages of a film that left the run did not run."""


class SchedulerEvent:
    """Something that happened."""


@dataclass(frozen=True)
class Proceed(SchedulerEvent):
    """All events so far are handled: do everything that can be done, at `now` by the monotonic clock."""

    now: float


@dataclass(frozen=True)
class NotCached(SchedulerEvent):
    """A job was looked up: its result is not in the store, or is `transient` and has to be made again."""

    job: JobId
    key: str
    transient: bool = False


@dataclass(frozen=True)
class Ended(SchedulerEvent):
    """A job's result is stored and published."""

    job: JobId
    key: str


@dataclass(frozen=True)
class ActionFailed(SchedulerEvent):
    """An action for a job failed: its folder was not made, or its result not stored or published."""

    job: JobId
    category: str
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Gone(SchedulerEvent):
    """Results of the stages `sources`, which the job reads, or what it wrote so far, left the cache."""

    job: JobId
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotStarted(SchedulerEvent):
    """A worker's process did not start."""

    worker: int
    category: str
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Reported(SchedulerEvent):
    """A worker sent an event. For a heartbeat, `own` and `machine` are the remaining room in memory."""

    worker: int
    event: WorkerEvent
    now: float
    own: Room | None = None
    machine: Room | None = None


@dataclass(frozen=True)
class Exited(SchedulerEvent):
    """A worker's process ended with `status`, negative for a signal.

    `tail` is the end of its output; `for_memory` is true if the kernel has just killed a process for lack of
    memory.
    """

    worker: int
    status: int
    tail: str
    for_memory: bool
    now: float


@dataclass(frozen=True)
class Tick(SchedulerEvent):
    """Time passed: it is `now` by the monotonic clock; for `asleep` seconds, this process did not run."""

    now: float
    asleep: float = 0.0


@dataclass(frozen=True)
class Added(SchedulerEvent):
    """A film joined the run: its tasks, in order."""

    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class Cancelled(SchedulerEvent):
    """The user no longer wants film number `film`."""

    film: int


@dataclass(frozen=True)
class Forget(SchedulerEvent):
    """Film number `film` has ended, and nothing asks for its jobs any more."""

    film: int


@dataclass(frozen=True)
class NoMore(SchedulerEvent):
    """No more films will join the run."""


@dataclass(frozen=True)
class Stop(SchedulerEvent):
    """The run has to stop: start no new work, and end what runs; `at_once` kills."""

    at_once: bool = False


class Action:
    """Something to do."""


@dataclass(frozen=True)
class LookUp(Action):
    """Look up the job's result in the store."""

    job: Job


@dataclass(frozen=True)
class StartWorker(Action):
    """Start the worker's process, and make it load the model of `job`."""

    worker: Worker
    job: Job


@dataclass(frozen=True)
class TakeOver(Action):
    """Make the idle worker's process serve the stage of `job`, and load its model.

    `resized` is whether it has to change its number of threads.
    """

    worker: Worker
    job: Job
    resized: bool


@dataclass(frozen=True)
class Assign(Action):
    """Report that the job has its worker."""

    job: Job


@dataclass(frozen=True)
class Begin(Action):
    """Make the job's folder, and send the run to its worker, which is ready."""

    job: Job


@dataclass(frozen=True)
class Keep(Action):
    """Check the job's outputs, and store them."""

    job: Job
    result: Result


@dataclass(frozen=True)
class Drop(Action):
    """Remove the job's outputs so far."""

    job: Job


@dataclass(frozen=True)
class StopWorker(Action):
    """End the worker: ask, terminate, kill; or kill `at_once`. `dump` first writes its threads' stacks."""

    worker: int
    at_once: bool = False
    dump: bool = False


@dataclass(frozen=True)
class Dismiss(Action):
    """Ask an idle worker to end."""

    worker: int


@dataclass(frozen=True)
class Report(Action):
    """Report an event of the job's worker; `load_seconds` is how long loading its model took."""

    job: Job
    event: WorkerEvent
    load_seconds: float = 0.0


@dataclass(frozen=True)
class ReportFailure(Action):
    """Report that the job failed for good; the log of `worker` explains it."""

    job: Job
    category: str
    message: str
    hint: str = ""
    worker: int | None = None


@dataclass(frozen=True)
class ReportSkip(Action):
    """Report that the job cannot run."""

    job: Job
    reason: str


@dataclass(frozen=True)
class ReportRetry(Action):
    """Report that the job is tried again."""

    job: Job
    reason: str


@dataclass(frozen=True)
class ReportFallback(Action):
    """Report that the job continues with less than was chosen."""

    job: Job
    note: str


@dataclass(frozen=True)
class Warn(Action):
    """Report a warning about a job that continues."""

    job: Job
    message: str


@dataclass(frozen=True)
class Learn(Action):
    """Record that batch size `failed` did not fit for the job's choice, and `fitted` did (0: none did)."""

    job: Job
    tries: Tries
    failed: int
    fitted: int
