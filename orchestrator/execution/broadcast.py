"""Holds the state of a run and passes every event to the observers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from orchestrator.run_state.events import RunEvent, RunState
from orchestrator.run_state.reducer import reduce


class Observer(Protocol):
    """A view of the run."""

    def __call__(self, event: RunEvent, state: RunState) -> None:
        """Handle an event; `state` is the state that it led to."""


class Broadcast:
    """The only place where events change the state."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self.state = RunState()
        self._observers = observers

    def emit(self, event: RunEvent) -> None:
        """Add an event to the state, then call the observers."""
        self.state = reduce(self.state, event)
        for observer in self._observers:
            observer(event, self.state)
