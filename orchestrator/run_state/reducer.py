"""A pure function from a state and an event to the next state."""

from __future__ import annotations

import dataclasses
from typing import Any

from orchestrator.run_state.events import (
    FileWritten,
    FilmAdded,
    FilmEnded,
    RunEnded,
    RunEvent,
    RunInterrupted,
    RunStarted,
    StepDone,
    StepEvent,
    StepFailed,
    StepFellBack,
    StepLog,
    StepMemory,
    StepMetric,
    StepProgress,
    StepRetried,
    StepRunning,
    StepSkipped,
    StepStarting,
)
from orchestrator.run_state.machine_events import MachineEvent, after
from orchestrator.run_state.states import FilmState, RunState, StepState


def reduce(state: RunState, event: RunEvent) -> RunState:
    """The state after `event`."""
    match event:
        case RunStarted():
            return RunState(films=event.films, started=event.time)
        case RunInterrupted():
            return dataclasses.replace(state, interrupted=True)
        case RunEnded():
            return dataclasses.replace(state, ended=event.time)
        case FilmAdded():
            return dataclasses.replace(state, films=(*state.films, event.state))
        case FilmEnded():
            film = state.films[event.film]
            return _with_film(state, event.film, dataclasses.replace(film, ended=event.outcome))
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
    return after(state, event) if isinstance(event, MachineEvent) else state


def _step(step: StepState, event: StepEvent, film: FilmState) -> StepState:
    change = dataclasses.replace
    match event:
        case StepStarting():
            return change(
                step,
                status="starting",
                env=event.env,
                device=event.device,
                gpu=event.gpu,
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
    "phase": "", "done": 0.0, "total": 0.0, "unit": "", "phase_started": None, "progressed": None,
    "speed": None, "eta_s": None,
}  # fmt: skip


def _progressed(step: StepState, event: StepProgress, film: FilmState) -> StepState:
    """The step with its progress.

    Its speed counts from the start of the phase, not from its first report, because it worked before that.
    Seconds of speech are taken as a share of the film, as in the final speed.
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
        gpu="" if event.cached else step.gpu,
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
    if event.step == "subtitles" and event.facts.get("cues") == 0:  # the language was guessed from noise
        return dataclasses.replace(film, language="")
    if not seconds and not language:
        return film
    return dataclasses.replace(film, seconds=seconds or film.seconds, language=language or film.language)
