"""Holds the state of a run and passes every event to the observers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from orchestrator.run_state.events import RunEvent
from orchestrator.run_state.reducer import reduce
from orchestrator.run_state.states import RunState
from orchestrator.surroundings.streams import OutputError


class Observer(Protocol):
    """A view of the run."""

    def __call__(self, event: RunEvent, state: RunState) -> None:
        """Handle an event; `state` is the state that it led to."""


class Broadcast:
    """The only place where events change the state."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self.state = RunState()
        self.lost_output: OutputError | None = None
        """Why standard output, which one of the observers wrote, gets no more events."""
        self._observers = list(observers)

    def add(self, observer: Observer) -> None:
        """Call `observer` for the events that follow."""
        self._observers.append(observer)

    def emit(self, event: RunEvent) -> None:
        """Add an event to the state, then call the observers."""
        self.state = reduce(self.state, event)
        for observer in tuple(self._observers):
            try:
                observer(event, self.state)
            except OutputError as error:
                self.lost_output = error
                self._observers.remove(observer)
