"""The events of a run, and the state that they lead to.

Every fact in a view, a log or the report is an event here; only `orchestrator.run_state.reducer` makes a new
state from an old one. Dashboard, plain lines, JSON lines and `run.json` show that state, and `events.jsonl`
holds the events. Everything is frozen, so that another thread may read a state while the next one is made.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ipc import json_text

Status = Literal["waiting", "starting", "running", "done", "cached", "failed", "off", "skipped"]
ENDED = frozenset({"done", "cached", "failed", "off", "skipped"})


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why a step failed: a category of `ipc.errors`, a message, a hint, and the log to read."""

    category: str
    message: str
    hint: str = ""
    log: str = ""


@dataclass(frozen=True, kw_only=True)
class FileOutput:
    """A file written for the user; `note` states why it has another path than expected."""

    name: str
    path: str
    size: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class StepState:
    """One stage of one film.

    Times are seconds since the epoch, memory is bytes, `speed` a multiple of real time.

    `device_reason` is why the plan chose its device; `notes` are recommendations (a larger model that fits).
    On a machine with several GPUs, `gpus` are those that the plan allows, and `gpu` is the one it runs on.
    `planned` is the plan's verdict. `phase_started` is when the work of the phase began, which is the last
    progress of the phase before, at `progressed`.
    """

    name: str
    status: Status = "waiting"
    planned: str = ""
    reason: str = ""
    waits_for: tuple[str, ...] = ()
    key: str = ""
    env: str = ""
    device: str = ""
    gpu: str = ""
    gpus: tuple[str, ...] = ()
    device_reason: str = ""
    notes: tuple[str, ...] = ()
    runner: str = ""
    compute_type: str = ""
    model: str = ""
    revision: str = ""
    method: str = ""
    phase: str = ""
    done: float = 0.0
    total: float = 0.0
    unit: str = ""
    phase_started: float | None = None
    progressed: float | None = None
    speed: float | None = None
    eta_s: float | None = None
    rss: int = 0
    peak_rss: int = 0
    vram: int = 0
    last_log: str = ""
    degraded: tuple[str, ...] = ()
    fallbacks: tuple[str, ...] = ()
    retries: int = 0
    error: Failure | None = None
    started: float | None = None
    ended: float | None = None
    seconds: float | None = None
    load_seconds: float | None = None
    threads: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FilmState:
    """One film with its steps in plan order, those that are off included; `seconds` is 0 until known.

    `ended` is its outcome (`FilmEnded`) once it has one; `machine` is where it runs, empty if that is here.
    """

    path: Path
    title: str
    digest: str = ""
    seconds: float = 0.0
    language: str = ""
    steps: tuple[StepState, ...] = ()
    outputs: tuple[FileOutput, ...] = ()
    ended: str = ""
    machine: str = ""

    def step(self, name: str) -> StepState:
        """The step called `name`."""
        return next(step for step in self.steps if step.name == name)


@dataclass(frozen=True, kw_only=True)
class RunState:
    """A run: its films, when it started and ended, whether it was interrupted.

    Of a run on many machines: the films that wait for one, and for each machine that takes part its state
    (`working`, `refused`, `left`).
    """

    films: tuple[FilmState, ...] = ()
    started: float = 0.0
    ended: float | None = None
    interrupted: bool = False
    waiting: int = 0
    machines: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RunEvent:
    """Something that happened at `time` (seconds since the epoch)."""

    time: float


@dataclass(frozen=True, kw_only=True)
class RunStarted(RunEvent):
    """The run started, with everything that is planned."""

    films: tuple[FilmState, ...]


@dataclass(frozen=True, kw_only=True)
class FilmAdded(RunEvent):
    """A film joined the run as number `film`; `id` is the name that whoever asked for it gave it."""

    film: int
    id: str
    state: FilmState


@dataclass(frozen=True, kw_only=True)
class FilmRefused(RunEvent):
    """A film did not join the run: it cannot be planned. `status` is the exit status of a run of it alone."""

    id: str
    path: str
    message: str
    hint: str
    status: int


@dataclass(frozen=True, kw_only=True)
class FilmEnded(RunEvent):
    """All stages of film number `film` have ended, and its files are written.

    `outcome` is as in `run.json`, or `cancelled`.
    """

    film: int
    id: str
    outcome: str


@dataclass(frozen=True, kw_only=True)
class StepEvent(RunEvent):
    """Something that happened to the step `step` of film number `film`."""

    film: int
    step: str


@dataclass(frozen=True, kw_only=True)
class StepStarting(StepEvent):
    """A worker was chosen; it may still be importing or loading. `reason` is why it runs.

    `gpu` is the one that it runs on (`cuda:1`) if the machine has several.
    """

    env: str
    device: str
    runner: str
    gpu: str = ""
    model: str = ""
    revision: str = ""
    compute_type: str = ""
    threads: int = 0
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class StepRunning(StepEvent):
    """The work itself started; loading the model took `load_seconds` (0 on a warm worker)."""

    load_seconds: float


@dataclass(frozen=True, kw_only=True)
class StepProgress(StepEvent):
    """`done` of `total` `unit`s of `phase`; `total` 0 if unknown."""

    phase: str
    done: float
    total: float
    unit: str


@dataclass(frozen=True, kw_only=True)
class StepMemory(StepEvent):
    """Memory of the step's process, in bytes."""

    rss: int
    peak_rss: int
    vram: int


@dataclass(frozen=True, kw_only=True)
class StepLog(StepEvent):
    """A message for the user."""

    level: str
    message: str


@dataclass(frozen=True, kw_only=True)
class StepMetric(StepEvent):
    """A measured figure."""

    name: str
    value: float
    unit: str


@dataclass(frozen=True, kw_only=True)
class StepRetried(StepEvent):
    """The step is tried again, because of `reason`."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class StepFellBack(StepEvent):
    """The step continues with less than was chosen: a smaller batch, another device."""

    note: str


@dataclass(frozen=True, kw_only=True)
class StepDone(StepEvent):
    """The step finished, or its result was in the store (`cached`)."""

    cached: bool
    key: str
    reason: str
    env: str
    device: str
    compute_type: str
    method: str
    model: str
    revision: str
    seconds: float
    degraded: tuple[str, ...]
    facts: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class StepFailed(StepEvent):
    """The step failed for good."""

    error: Failure


@dataclass(frozen=True, kw_only=True)
class StepSkipped(StepEvent):
    """The step cannot run, because of `reason`."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class FileWritten(RunEvent):
    """A file for the user is complete and in its place."""

    film: int
    output: FileOutput


@dataclass(frozen=True, kw_only=True)
class RunInterrupted(RunEvent):
    """The run was asked to stop by `signal`."""

    signal: str


@dataclass(frozen=True, kw_only=True)
class RunEnded(RunEvent):
    """The run ended: nothing runs any more.

    `outcome` and `exit_status` are those of `run.json`; `files` are all files that were written.
    """

    outcome: str = ""
    exit_status: int = 0
    files: tuple[Mapping[str, Any], ...] = ()


def name_of_kind(kind: type[RunEvent]) -> str:
    """The name in JSON of a kind of event: `step_progress` for `StepProgress`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def name_of(event: RunEvent) -> str:
    """The event's name in JSON."""
    return name_of_kind(type(event))


def to_json(event: RunEvent) -> str:
    """One line of JSON: `event` is its name, then its fields; paths as strings."""
    body = {"event": name_of(event), **dataclasses.asdict(event)}
    return json_text.dumps(body, default=str, separators=(",", ":"))
