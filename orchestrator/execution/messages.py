"""What the scheduler's core is told (events), and what it asks for (actions). All frozen, all without a process or a file.

`decide(situation, event)` answers an event with actions; `orchestrator.execution.executor` carries them out, and tells what came of it by
events again.
"""

from __future__ import annotations

from dataclasses import dataclass

from ipc.protocol import Event as WorkerEvent
from ipc.protocol import Result
from orchestrator.execution.job import Job, JobId, Tries
from orchestrator.execution.situation import Worker
from orchestrator.machine.rooms import Room


class Event:
    """Something happened."""


@dataclass(frozen=True)
class GoOn(Event):
    """Everything that has happened is known: do all that can be done, at `now` by the monotonic clock."""

    now: float


@dataclass(frozen=True)
class Missed(Event):
    """A job was looked up: its result is not in the store, or is `transient` and to be made again."""

    job: JobId
    key: str
    transient: bool = False


@dataclass(frozen=True)
class Ended(Event):
    """A job's result is in the store and published."""

    job: JobId
    key: str


@dataclass(frozen=True)
class CouldNot(Event):
    """An action for a job failed: its folder could not be made, its result not be kept, its worker not be started."""

    job: JobId
    category: str
    message: str
    hint: str = ""


@dataclass(frozen=True)
class NotStarted(Event):
    """A worker's process could not be started."""

    worker: int
    category: str
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Said(Event):
    """A worker sent an event. `own` and `machine` are the room in memory that is left, of a heartbeat."""

    worker: int
    event: WorkerEvent
    now: float
    own: Room | None = None
    machine: Room | None = None


@dataclass(frozen=True)
class Exited(Event):
    """A worker's process ended with `status`, negative for a signal. `tail` is the end of its output; `for_memory` says that the system
    has just killed for memory.
    """

    worker: int
    status: int
    tail: str
    for_memory: bool
    now: float


@dataclass(frozen=True)
class Tick(Event):
    """Time went by: it is `now` by the monotonic clock. `asleep` are seconds for which this process did not run."""

    now: float
    asleep: float = 0.0


@dataclass(frozen=True)
class Stop(Event):
    """The run is to stop: no new work, and an end to what is being done; `at_once` kills."""

    at_once: bool = False


class Action:
    """Something is to be done."""


@dataclass(frozen=True)
class LookUp(Action):
    """Look the job's result up in the store."""

    job: Job


@dataclass(frozen=True)
class StartWorker(Action):
    """Start the worker's process, and have it load the model of the job it is made for."""

    worker: Worker
    job: Job


@dataclass(frozen=True)
class Assign(Action):
    """Tell everybody that the job has its worker."""

    job: Job


@dataclass(frozen=True)
class Begin(Action):
    """Make the job's folder, and send the run to its worker, which is ready."""

    job: Job


@dataclass(frozen=True)
class Keep(Action):
    """Check what the job has written, and put it into the store."""

    job: Job
    result: Result


@dataclass(frozen=True)
class Drop(Action):
    """Remove what the job has written so far."""

    job: Job


@dataclass(frozen=True)
class StopWorker(Action):
    """End the worker: ask, tell, kill; or kill `at_once`. With `dump` it writes the stacks of its threads first."""

    worker: int
    at_once: bool = False
    dump: bool = False


@dataclass(frozen=True)
class Dismiss(Action):
    """Ask a worker that has nothing to do to end."""

    worker: int


@dataclass(frozen=True)
class Report(Action):
    """Hand an event of the job's worker on to everybody; `load_seconds` is how long its model had taken to load."""

    job: Job
    event: WorkerEvent
    load_seconds: float = 0.0


@dataclass(frozen=True)
class ReportFailure(Action):
    """Tell everybody that the job failed for good; `worker` is the one whose log explains it."""

    job: Job
    category: str
    message: str
    hint: str = ""
    worker: int | None = None


@dataclass(frozen=True)
class ReportSkip(Action):
    """Tell everybody that the job cannot run."""

    job: Job
    reason: str


@dataclass(frozen=True)
class ReportRetry(Action):
    """Tell everybody that the job is tried again."""

    job: Job
    reason: str


@dataclass(frozen=True)
class ReportFallback(Action):
    """Tell everybody that the job goes on with less than was chosen."""

    job: Job
    note: str


@dataclass(frozen=True)
class Warn(Action):
    """Tell everybody something of a job that goes on."""

    job: Job
    message: str


@dataclass(frozen=True)
class Learn(Action):
    """Remember that the batch `failed` did not fit the job's choice, and `fitted` did (0: nothing did)."""

    job: Job
    tries: Tries
    failed: int
    fitted: int
