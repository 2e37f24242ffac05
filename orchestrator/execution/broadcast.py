"""The one state of a run, and everybody who is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from orchestrator.run_state.events import RunEvent, RunState
from orchestrator.run_state.reducer import reduce


class Observer(Protocol):
    """A view of the run."""

    def __call__(self, event: RunEvent, state: RunState) -> None:
        """Take note of an event, and of the state it led to."""


class Broadcast:
    """Adds events to the state; nothing else does."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self.state = RunState()
        self._observers = observers

    def emit(self, event: RunEvent) -> None:
        """Add an event to the state, and tell everybody."""
        self.state = reduce(self.state, event)
        for observer in self._observers:
            observer(event, self.state)
