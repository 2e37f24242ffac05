"""The events of a run on many machines, beside those of every run (`orchestrator.run_state.events`)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.run_state.events import RunEvent
from orchestrator.run_state.states import ENDED, FilmState, RunState


@dataclass(frozen=True, kw_only=True)
class FilmsWaiting(RunEvent):
    """So many films wait for a machine. Those that one has, or had, are in the state."""

    count: int


@dataclass(frozen=True, kw_only=True)
class MachineJoined(RunEvent):
    """A machine takes films from now on."""

    machine: str
    resources: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class MachineRefused(RunEvent):
    """A machine takes no part, because its results would differ or its workers die."""

    machine: str
    message: str
    hint: str


@dataclass(frozen=True, kw_only=True)
class MachineLeft(RunEvent):
    """A machine's worker is gone; `films` are the numbers of the films that it had, which wait again.

    `blamed` says whether one of these films may be the cause: its program died, and the machine lives.
    """

    machine: str
    reason: str
    films: tuple[int, ...] = ()
    blamed: bool = False


@dataclass(frozen=True, kw_only=True)
class FilmMoved(RunEvent):
    """A film begins again on another machine: `state` replaces what was known of it."""

    film: int
    id: str
    machine: str
    state: FilmState


MachineEvent = FilmsWaiting | MachineJoined | MachineRefused | MachineLeft | FilmMoved


def after(state: RunState, event: MachineEvent) -> RunState:
    """The state after `event`."""
    match event:
        case FilmsWaiting():
            return dataclasses.replace(state, waiting=event.count)
        case MachineJoined():
            return _with_machine(state, event.machine, "working")
        case MachineRefused():
            return _with_machine(state, event.machine, "refused")
        case MachineLeft():
            films = tuple(
                _waiting(film) if number in event.films else film for number, film in enumerate(state.films)
            )
            return dataclasses.replace(_with_machine(state, event.machine, "left"), films=films)
        case FilmMoved():
            films = tuple(
                event.state if number == event.film else film for number, film in enumerate(state.films)
            )
            return dataclasses.replace(state, films=films)


def _with_machine(state: RunState, machine: str, what: str) -> RunState:
    return dataclasses.replace(state, machines={**state.machines, machine: what})


def _waiting(film: FilmState) -> FilmState:
    """The film whose machine is gone: what has not ended waits for another one."""
    steps = tuple(
        step if step.status in ENDED else dataclasses.replace(step, status="waiting") for step in film.steps
    )
    return dataclasses.replace(film, steps=steps, machine="")
