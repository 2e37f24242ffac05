"""Prints a run as plain lines, for logs and pipes: each change of state, and progress at intervals."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

from orchestrator.machine.gpus import together
from orchestrator.run_state.events import (
    RunEvent,
    RunInterrupted,
    StepEvent,
    StepFellBack,
    StepLog,
    StepMetric,
    StepRetried,
)
from orchestrator.run_state.states import FilmState, RunState, StepState
from orchestrator.util import terminal
from orchestrator.util import text as fmt
from orchestrator.views import machines

EVERY_SECONDS = 10.0
EVERY_FRACTION = 0.1


class Plain:
    """An observer that prints what changed since the last state, with the time since the start of the run.

    If `verbose`, it also prints why each stage runs, where and with what, and everything that stages log.
    """

    def __init__(
        self,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.time,
        *,
        verbose: bool = False,
    ) -> None:
        self._verbose = verbose
        self._stream = stream or sys.stderr
        self._clock = clock
        self._films: tuple[FilmState, ...] = ()
        self._printed: dict[tuple[int, str], tuple[float, float]] = {}
        """The time and progress of the last line for each film and stage."""

    def __call__(self, event: RunEvent, state: RunState) -> None:
        """Print a line for everything that is new in `state`."""
        elapsed = fmt.clock(event.time - state.started)
        for index, film in enumerate(state.films):
            before = self._films[index] if index < len(self._films) else None
            if before is film:
                continue
            # The first line of a film names it, in a run of one film too.
            named = len(state.films) > 1 or before is None or bool(state.machines)
            prefix = f"{fmt.legible(film.title)}: " if named else ""
            for line in self._changes(index, before, film, event.time):
                terminal.line(self._stream, f"[{elapsed:>7}] {prefix}{line}")
        for line in remarks(event, state, verbose=self._verbose):
            terminal.line(self._stream, f"[{elapsed:>7}] {line}")
        self._films = state.films
        self._stream.flush()

    def close(self) -> None:
        """Do nothing: there is nothing to clean up."""

    def _changes(self, index: int, before: FilmState | None, film: FilmState, now: float) -> Iterator[str]:
        if before is None:
            yield planned(film) + (f", on {fmt.plain(film.machine)}" if film.machine else "")
            yield from (f"{step.name}: {fmt.plain(note)}" for step in film.steps for note in step.fallbacks)
            yield from _reasons(film) if self._verbose else ()
        steps = {step.name: step for step in before.steps} if before else {}
        first = next((step for step in film.steps if step.status != "off"), None)
        failed = sorted((one for one in film.steps if one.status == "failed"), key=lambda one: one.ended or 0)
        for step in film.steps:
            old = steps.get(step.name)
            if old is step:
                continue
            # If the file is not a film, lines about skipped stages would add nothing.
            if step.status == "skipped" and first is not None and first.status == "failed":
                continue
            yield from self._step(index, old, step, now, failed)
        former = before.outputs if before else ()
        for output in film.outputs[len(former) :]:
            yield f"wrote {output.path} ({fmt.size(output.size)})"
            if output.note and not any(one.note == output.note for one in former):
                yield f"  {fmt.plain(output.note)}"

    def _step(
        self, index: int, old: StepState | None, step: StepState, now: float, failed: Sequence[StepState]
    ) -> Iterator[str]:
        for reason in step.degraded[len(old.degraded) if old else 0 :]:
            yield f"{step.name}: degraded: {fmt.plain(reason)}"
        if old is None or old.status != step.status:
            first = next((one for one in failed if _alike(one, step)), step)
            if first is not step:
                yield f"{step.name}: FAILED, for the same reason as {first.name}"
            elif step.status not in {"waiting", "off"}:
                yield f"{step.name}: {describe(step)}"
            if step.status == "failed" and step.error and first is step:
                yield from (f"  {fmt.plain(line)}" for line in step.error.message.splitlines()[1:])
                yield from [f"  {fmt.plain(step.error.hint)}"] if step.error.hint else []
            self._printed[index, step.name] = (now, 0.0)
        elif step.status == "running" and step.total > 0:
            fraction = min(1.0, step.done / step.total)
            then, last = self._printed.get((index, step.name), (now, 0.0))
            due = now - then >= EVERY_SECONDS or (fraction - last >= EVERY_FRACTION and now - then >= 1.0)
            if due and fraction > last:
                self._printed[index, step.name] = (now, fraction)
                yield f"{step.name}: {progress(step, fraction)}"


def _alike(one: StepState, other: StepState) -> bool:
    """Return whether two stages failed for the same reason, such as a file that is not a film."""
    return one.status == other.status == "failed" and bool(
        one.error and other.error and one.error.message == other.error.message
    )


def _reasons(film: FilmState) -> Iterator[str]:
    """Why each stage runs or does not, why it uses its device, and remarks on its model."""
    for step in film.steps:
        reason = f" ({fmt.plain(step.reason)})" if step.reason else ""
        yield f"{step.name}: {step.planned or step.status}{reason}"
        if step.device_reason:
            yield f"{step.name}: {together(step.gpus) or step.device}: {fmt.plain(step.device_reason)}"
        yield from (f"{step.name}: {fmt.plain(note)}" for note in step.notes)


def remarks(event: RunEvent, state: RunState, *, verbose: bool = False) -> Iterator[str]:
    """Lines for events that the state does not keep: warnings, retries, fallbacks and interrupts."""
    prefix = ""
    if isinstance(event, StepEvent):
        film = f"{fmt.legible(state.films[event.film].title)}: " if len(state.films) > 1 else ""
        prefix = f"{film}{event.step}: "
    match event:
        case StepLog(level="warning"):
            yield f"{prefix}warning: {fmt.plain(event.message)}"
        case StepLog() if verbose:
            yield f"{prefix}{fmt.plain(event.message)}"
        case StepMetric() if verbose:
            yield f"{prefix}{event.name} {event.value:g} {event.unit}".rstrip()
        case StepRetried():
            yield f"{prefix}retried: {fmt.plain(event.reason)}"
        case StepFellBack():
            yield f"{prefix}fell back: {fmt.plain(event.note)}"
        case RunInterrupted():
            yield f"stopping ({event.signal})"
    yield from machines.remarks(event)


def planned(film: FilmState) -> str:
    """The number of stages by what will happen to them: `9 stages to run, 1 cached, 4 off`."""
    off = sum(1 for step in film.steps if step.status == "off")
    cached = sum(1 for step in film.steps if step.status == "cached" or step.planned == "cached")
    run = len(film.steps) - off - cached
    return ", ".join(
        [fmt.plural(run, "stage") + " to run", *([f"{cached} cached"] if cached else []), f"{off} off"]
    )


def describe(step: StepState) -> str:
    """A step's status in words."""
    match step.status:
        case "starting":
            model = f", model {step.model}" if step.model else ""
            return f"starting on {step.gpu or step.device} in environment {step.env}{model}"
        case "running":
            loaded = f", loaded in {fmt.duration(step.load_seconds)}" if step.load_seconds else ""
            return f"running{loaded}"
        case "done":
            facts = [f"done in {fmt.duration(step.seconds)}"]
            facts += [f"{fmt.speed(step.speed)} real time"] if step.speed else []
            facts += [f"peak {fmt.size(step.peak_rss)}"] if step.peak_rss else []
            return ", ".join(facts)
        case "failed":
            message = fmt.lead(step.error.message) if step.error else "no reason given"
            return f"FAILED: {message}"
        case _:
            return f"{step.status}: {fmt.plain(step.reason)}" if step.reason else step.status


def progress(step: StepState, fraction: float) -> str:
    """The progress of a running step: `40%, 12x real time, 1.4 GB, 3:07 left`."""
    facts = [f"{fraction:.0%}"]
    facts += [f"{fmt.speed(step.speed)} real time"] if step.speed else []
    facts += [fmt.size(step.rss)] if step.rss else []
    facts += [f"{fmt.remaining(step.eta_s)} left"] if step.eta_s else []
    return ", ".join(facts)
