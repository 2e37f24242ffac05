"""What a run does with results besides keeping them: the side of the scheduler that a user's files are on."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol, runtime_checkable

from orchestrator.planning.plan import Plan, Step
from orchestrator.run_state.events import FileOutput, RunState
from orchestrator.storage.store import Entry


class Hooks(Protocol):
    """`orchestrator.runs.film_outputs.Files` is the one of a real run."""

    def draft(self, plan: Plan, step: Step) -> Path:
        """Where an external output is written before it is whole: in the folder it will be in."""

    def place(self, plan: Plan, step: Step, draft: Path, digest: str) -> Path:
        """Put a whole external output in its place, and say where that is."""

    def publish(self, plan: Plan, step: Step, entry: Entry) -> Iterable[FileOutput]:
        """Write what the user wants of a result; yields what was written."""


@runtime_checkable
class Closing(Protocol):
    """Hooks that also write something of the whole run, when it is over."""

    def closing(self, state: RunState) -> Iterable[tuple[int, FileOutput]]:
        """Write it; yields the number of a film, and what was written for it."""
