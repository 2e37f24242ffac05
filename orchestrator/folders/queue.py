"""Gives the films of a library to a run, one after another, as time allows.

A film is chosen when there is room for it, so that what the run has learnt by then counts: how fast this
machine is with these models, and how much of the time is left.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from orchestrator.errors import ENVIRONMENT, USAGE, FatalError
from orchestrator.folders.estimates import Speeds
from orchestrator.folders.found import LATER, Skipped
from orchestrator.folders.quiet_hours import Hours
from orchestrator.folders.selection import Chosen
from orchestrator.planning.plan import Plan
from orchestrator.run_state import paces
from orchestrator.run_state.events import FilmRefused, RunEvent
from orchestrator.run_state.states import RunState
from orchestrator.util import text as fmt

_LOOK_S = 30.0
"""Longest sleep while waiting for an hour of the day: clocks change, and machines sleep."""


@dataclass(frozen=True, kw_only=True)
class TimeRules:
    """When films may start: `limit` seconds in all (None: no limit), and the hours of the day (None: any)."""

    limit: float | None = None
    hours: Hours | None = None


def _now() -> dt.datetime:
    return dt.datetime.now().astimezone()


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The time: seconds that only grow, the clock on the wall, and how to wait. Tests have their own."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], dt.datetime] = _now
    sleep: Callable[[float], None] = time.sleep


class FilmQueue:
    """The films that are still to run. It is also an observer of the run, and learns from it.

    `plan_of` plans a film without reading it, for the estimate; `left` tells how many seconds the films need
    that are in the run, None if that is not known. `left_out` grows as films are judged.
    """

    def __init__(
        self,
        chosen: Iterable[Chosen | Skipped],
        rules: TimeRules,
        speeds: Speeds,
        plan_of: Callable[[Path], Plan],
        left: Callable[[RunState, float, paces.Paces], float | None],
        clock: Clock | None = None,
    ) -> None:
        self._chosen = iter(chosen)
        self._rules = rules
        self._speeds = speeds
        self._plan_of = plan_of
        self._left = left
        self._clock = clock or Clock()
        self._began = self._clock.monotonic()
        self._state: RunState | None = None
        self._next: Chosen | None = None
        self._stopped = False
        self.started = 0
        self.left_out: list[Skipped] = []

    def __call__(self, event: RunEvent, state: RunState) -> None:
        """Learn from the run. What is wrong with an option or an environment is so for every film."""
        self._state = state
        if isinstance(event, FilmRefused) and event.status in {USAGE, ENVIRONMENT}:
            self._stopped = True

    def close(self) -> None:
        """The run has ended: its films need no more time."""
        self._state = None

    def next(self) -> Path | None:
        """The next film; None if there is none, or if none may start at this time of the day."""
        if self._stopped or self.wait() or not self._more():
            return None
        film, self._next = self._next, None
        self.started += 1
        return film.film.path if film else None

    def empty(self) -> bool:
        """Return whether it is certain now that no film is to come."""
        return self._stopped or (self._rules.limit is None and not self._more())

    def _more(self) -> bool:
        """Find the next film that ends in time; those that would not are left out."""
        while self._next is None:
            one = next(self._chosen, None)
            if one is None:
                return False
            if isinstance(one, Skipped):
                self.left_out.append(one)
            elif why := self._too_late(one):
                self.left_out.append(Skipped(path=one.film.path, rule=LATER, why=why))
            else:
                self._next = one
        return True

    def wait(self) -> float:
        """Seconds until a film may start at this time of the day; 0 if it may now, or if none is left."""
        if self._rules.hours is None or not (seconds := self._rules.hours.wait(self._clock.wall())):
            return 0.0
        return seconds if not self._stopped and self._more() else 0.0

    def until_allowed(self, tell: Callable[[str], None]) -> None:
        """Wait for the hours in which films may start."""
        told = False
        while seconds := self.wait():
            if not told and self._rules.hours is not None:
                hours = self._rules.hours
                tell(f"waiting until {hours.begin()}: films start between {hours.shown()} only")
                told = True
            self._clock.sleep(min(seconds, _LOOK_S))

    def _too_late(self, one: Chosen) -> str:
        """Why a film would not end in time; empty if it would."""
        if self._rules.limit is None:
            return ""
        speeds = self._learnt()
        left = self._rules.limit - (self._clock.monotonic() - self._began) - self._before(speeds)
        try:
            plan = self._plan_of(one.film.path)
        except FatalError:  # the run refuses it, with its sentence
            return ""
        takes = speeds.seconds(plan, one.headers.length if one.headers else None)
        if takes is None:
            return "how long it takes is not known, with --limit-time"
        if takes <= left:
            return ""
        return f"it takes about {fmt.roughly(takes)}, and --limit-time leaves {fmt.duration(max(0.0, left))}"

    def _before(self, speeds: Speeds) -> float:
        """Seconds that the films need that are in the run."""
        if self._state is None:
            return 0.0
        return self._left(self._state, time.time(), speeds.paces) or 0.0

    def _learnt(self) -> Speeds:
        if self._state is None:
            return self._speeds
        return replace(self._speeds, paces={**self._speeds.paces, **paces.of_state(self._state)})
