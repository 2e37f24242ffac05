"""The events of a run.

Every fact in a view, a log or the report is an event here; only `orchestrator.run_state.reducer` makes a new
state (`orchestrator.run_state.states`) from an old one. `events.jsonl` holds the events.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ipc import json_text
from orchestrator.run_state.states import Failure, FileOutput, FilmState


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
