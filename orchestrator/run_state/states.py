"""The state of a run: its films, and their steps.

Dashboard, plain lines, JSON lines and `run.json` show it. Everything is frozen, so that another thread may
read a state while the next one is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

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
    """A file written for the user; `note` states why it has another path than expected.

    `digest` is that of its content; `clip` is the part of the film that it covers, START-END, empty for all.
    """

    name: str
    path: str
    size: int
    note: str = ""
    digest: str = ""
    clip: str = ""


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
