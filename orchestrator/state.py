"""What is known of a run: events, and the one state that they add up to.

Every fact that a view, a log or the report shows is an event here; `reduce` is the only thing that makes a new state from an
old one. Dashboard, plain lines, JSON lines and `run.json` are views of that state, and `events.jsonl` is the events themselves.
Everything is frozen, so that another thread may read a state while the next is made.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Status = Literal["waiting", "starting", "running", "done", "cached", "failed", "off", "skipped"]
ENDED = frozenset({"done", "cached", "failed", "off", "skipped"})


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why a step failed: a category of `ipc.errors`, a sentence, what to do, and the log to read."""

    category: str
    message: str
    hint: str = ""
    log: str = ""


@dataclass(frozen=True, kw_only=True)
class FileOutput:
    """A file that was written for the user; `note` says why it is not where one would expect it."""

    name: str
    path: str
    size: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class StepState:
    """One stage of one film. Times are seconds since the epoch, memory is bytes, `speed` a multiple of real time.

    `device_reason` is why the plan chose its device; `notes` are what would do better here (a larger model that fits).
    `planned` is the plan's verdict: `cached` says that its result is there, as far as a plan can know.
    `phase_started` is when the work of the phase began, which is when that of the one before was last heard of, at `progressed`.
    """

    name: str
    status: Status = "waiting"
    planned: str = ""
    reason: str = ""
    waits_for: tuple[str, ...] = ()
    key: str = ""
    env: str = ""
    device: str = ""
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
    """One film with its steps in the order of the plan, those that are off included. `seconds` is 0 until known."""

    path: Path
    title: str
    digest: str = ""
    seconds: float = 0.0
    language: str = ""
    steps: tuple[StepState, ...] = ()
    outputs: tuple[FileOutput, ...] = ()

    def step(self, name: str) -> StepState:
        """The step called `name`."""
        return next(step for step in self.steps if step.name == name)


@dataclass(frozen=True, kw_only=True)
class RunState:
    """A run: its films, when it began and ended, whether somebody stopped it."""

    films: tuple[FilmState, ...] = ()
    started: float = 0.0
    ended: float | None = None
    interrupted: bool = False


@dataclass(frozen=True, kw_only=True)
class RunEvent:
    """Something that happened at `time` (seconds since the epoch)."""

    time: float


@dataclass(frozen=True, kw_only=True)
class RunStarted(RunEvent):
    """The run begins, with everything that is planned."""

    films: tuple[FilmState, ...]


@dataclass(frozen=True, kw_only=True)
class StepEvent(RunEvent):
    """Something that happened to the step `step` of film number `film`."""

    film: int
    step: str


@dataclass(frozen=True, kw_only=True)
class StepStarting(StepEvent):
    """A worker was chosen; it may still be importing or loading. `reason` is why it runs."""

    env: str
    device: str
    runner: str
    model: str = ""
    revision: str = ""
    compute_type: str = ""
    threads: int = 0
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class StepRunning(StepEvent):
    """The work itself began; loading the model had taken `load_seconds` (0 on a warm worker)."""

    load_seconds: float


@dataclass(frozen=True, kw_only=True)
class StepProgress(StepEvent):
    """`done` of `total` `unit`s of `phase`; `total` 0 where unknown."""

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
    """A line for people."""

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
    """The step goes on with less than was chosen: a smaller batch, another device."""

    note: str


@dataclass(frozen=True, kw_only=True)
class StepDone(StepEvent):
    """The step ran to its end, or its result was in the store (`cached`)."""

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
    """A file is in its place for the user."""

    film: int
    output: FileOutput


@dataclass(frozen=True, kw_only=True)
class RunInterrupted(RunEvent):
    """Somebody asked the run to stop, by `signal`."""

    signal: str


@dataclass(frozen=True, kw_only=True)
class RunEnded(RunEvent):
    """Nothing runs any more."""


def reduce(state: RunState, event: RunEvent) -> RunState:
    """The state after `event`."""
    match event:
        case RunStarted():
            return RunState(films=event.films, started=event.time)
        case RunInterrupted():
            return dataclasses.replace(state, interrupted=True)
        case RunEnded():
            return dataclasses.replace(state, ended=event.time)
        case FileWritten():
            film = state.films[event.film]
            return _with_film(
                state, event.film, dataclasses.replace(film, outputs=(*film.outputs, event.output))
            )
        case StepEvent():
            film = state.films[event.film]
            steps = tuple(_step(s, event, film) if s.name == event.step else s for s in film.steps)
            if isinstance(event, StepDone):
                steps = tuple(_no_longer_waiting(s, event.step) for s in steps)
            film = dataclasses.replace(film, steps=steps)
            if isinstance(event, StepDone):
                film = _with_facts(film, event)
            return _with_film(state, event.film, film)
    return state


def _step(step: StepState, event: StepEvent, film: FilmState) -> StepState:
    change = dataclasses.replace
    match event:
        case StepStarting():
            return change(
                step,
                status="starting",
                env=event.env,
                device=event.device,
                runner=event.runner,
                model=event.model,
                revision=event.revision,
                compute_type=event.compute_type,
                threads=event.threads,
                reason=event.reason,
                **_AT_ITS_BEGINNING,
            )
        case StepRunning():
            return change(
                step,
                status="running",
                started=event.time,
                load_seconds=event.load_seconds,
                **_AT_ITS_BEGINNING,
            )
        case StepProgress():
            return _progressed(step, event, film)
        case StepMemory():
            return change(
                step,
                rss=event.rss,
                peak_rss=max(step.peak_rss, event.peak_rss),
                vram=max(step.vram, event.vram),
            )
        case StepLog():
            return change(step, last_log=event.message)
        case StepMetric():
            return change(step, metrics={**step.metrics, event.name: event.value})
        case StepRetried():
            return change(
                step,
                status="starting",
                retries=step.retries + 1,
                last_log=event.reason,
                **_AT_ITS_BEGINNING,
            )
        case StepFellBack():
            return change(step, fallbacks=(*step.fallbacks, event.note), last_log=event.note)
        case StepDone():
            return _finished(step, event, film)
        case StepFailed():
            seconds = event.time - step.started if step.started else None
            return change(step, status="failed", ended=event.time, seconds=seconds, error=event.error)
        case StepSkipped():
            return change(step, status="skipped", reason=event.reason)
    return step


_AT_ITS_BEGINNING: dict[str, Any] = {
    "phase": "", "done": 0.0, "total": 0.0, "unit": "", "phase_started": None, "progressed": None, "speed": None, "eta_s": None,
}  # fmt: skip


def _progressed(step: StepState, event: StepProgress, film: FilmState) -> StepState:
    """The step so far. Its speed counts from the beginning of the work, not from when it was first heard of: until then it had
    worked too. Of a stage in phases that is the phase's beginning. Seconds of speech are a share of the film, as in the end.
    """
    same = step.phase_started is not None and step.phase == event.phase and event.done >= step.done
    since = step.phase_started if same else step.progressed or step.started
    since = event.time if since is None else since
    elapsed = event.time - since
    fraction = min(1.0, event.done / event.total) if event.total > 0 else 0.0
    speed, eta = step.speed, None
    if elapsed > 0.5 and fraction > 0:
        heard = film.seconds * fraction or (event.done if event.unit == "s" else 0.0)
        speed = heard / elapsed if heard else None
        eta = elapsed * (1 - fraction) / fraction
    return dataclasses.replace(
        step,
        phase=event.phase,
        phase_started=since,
        progressed=event.time,
        done=event.done,
        total=event.total,
        unit=event.unit,
        speed=speed,
        eta_s=eta,
    )


def _finished(step: StepState, event: StepDone, film: FilmState) -> StepState:
    heard = float(event.facts.get("seconds") or film.seconds or 0.0)
    speed = heard / event.seconds if event.seconds > 0 and heard and not event.cached else None
    return dataclasses.replace(
        step,
        status="cached" if event.cached else "done",
        ended=event.time,
        eta_s=None,
        key=event.key,
        reason=event.reason,
        env=event.env,
        device=event.device,
        compute_type=event.compute_type,
        method=event.method,
        model=event.model,
        revision=event.revision,
        seconds=None if event.cached else event.seconds,
        speed=speed,
        degraded=tuple(event.degraded),
        facts=event.facts,
    )


def _no_longer_waiting(step: StepState, name: str) -> StepState:
    if name not in step.waits_for:
        return step
    return dataclasses.replace(step, waits_for=tuple(n for n in step.waits_for if n != name))


def _with_film(state: RunState, index: int, film: FilmState) -> RunState:
    return dataclasses.replace(
        state, films=tuple(film if i == index else f for i, f in enumerate(state.films))
    )


def _with_facts(film: FilmState, event: StepDone) -> FilmState:
    seconds = float(event.facts.get("seconds") or 0.0) if event.step == "demux" else 0.0
    language = str(event.facts.get("language") or "") if event.step == "asr" else ""
    if (
        event.step == "subtitles" and event.facts.get("cues") == 0
    ):  # what a recogniser guessed of noise is no language
        return dataclasses.replace(film, language="")
    if not seconds and not language:
        return film
    return dataclasses.replace(film, seconds=seconds or film.seconds, language=language or film.language)


def name_of(event: RunEvent) -> str:
    """The event's name on the wire: `step_progress` for `StepProgress`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()


def to_json(event: RunEvent) -> str:
    """One line of JSON: `event` is its name, then its fields; paths as strings."""
    body = {"event": name_of(event), **dataclasses.asdict(event)}
    return json.dumps(body, ensure_ascii=False, default=str, separators=(",", ":"))
