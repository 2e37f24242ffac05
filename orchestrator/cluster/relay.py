"""Turns what the workers' programs print into the events of one run.

Each program numbers its films from 0. Here every film has one number for the whole run, however often it
begins: the first time it is added, after that it has moved.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from orchestrator.run_state import events, from_json
from orchestrator.run_state.events import RunEvent
from orchestrator.run_state.machine_events import FilmMoved

_OF_THE_PROGRAM = frozenset({"run_started", "run_interrupted", "run_ended"})


@dataclass
class Relay:
    """The films' numbers. `number_of` is by the film's id, `ended` the ids of the films that have an end."""

    number_of: dict[str, int] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)
    _here: dict[str, dict[int, str]] = field(default_factory=dict)
    """The id of each film by its number in the worker's program, by worker."""
    _last: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def events(self, worker: str, machine: str, line: str) -> Iterator[RunEvent]:
        """The events that follow from a line of a worker's program; none from one that says nothing here."""
        try:
            body = json.loads(line)
            kind = str(body["event"])
        except (ValueError, TypeError, KeyError):
            return
        if kind in _OF_THE_PROGRAM:
            if kind == "run_ended":
                self._last[worker] = body
            return
        films = self._here.setdefault(worker, {})
        if kind == "film_added":
            films[int(body["film"])] = str(body["id"])
        event: RunEvent | None = None
        if "film" in body:
            film = films.get(int(body["film"]))
            if film is None or (kind != "film_added" and film not in self.number_of):
                return
            body = {**body, "film": self.number_of.get(film, len(self.number_of))}
        with contextlib.suppress(ValueError):  # of another form: the program is not ours
            event = from_json.event_of(body)
        if event is not None:
            yield self._noted(event, machine)

    def end_of(self, worker: str) -> Mapping[str, Any] | None:
        """The `run_ended` of a worker's program; None if it has not ended as it should."""
        return self._last.get(worker)

    def forget(self, worker: str) -> None:
        """The worker is gone."""
        self._here.pop(worker, None)
        self._last.pop(worker, None)

    def _noted(self, event: RunEvent, machine: str) -> RunEvent:
        match event:
            case events.FilmAdded():
                state = dataclasses.replace(event.state, machine=machine)
                if event.id in self.number_of:
                    return FilmMoved(
                        time=event.time, film=event.film, id=event.id, machine=machine, state=state
                    )
                self.number_of[event.id] = event.film
                return dataclasses.replace(event, state=state)
            case events.FilmEnded():
                self.ended[event.id] = event.outcome
            case events.FilmRefused():
                self.ended[event.id] = "refused"
        return event
