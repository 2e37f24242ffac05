"""Protocols for writing the user's files during a run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol, runtime_checkable

from orchestrator.planning.plan import Plan, Step
from orchestrator.run_state.states import FileOutput, RunState
from orchestrator.storage.store import Entry


class Hooks(Protocol):
    """Writes the files of a run; `orchestrator.runs.film_outputs.Files` is the real implementation."""

    def draft(self, plan: Plan, step: Step) -> Path:
        """Where the draft of an external output is written: in the folder of its final place."""

    def place(self, plan: Plan, step: Step, draft: Path, digest: str) -> Path:
        """Move a complete external output to its place, and return that."""

    def publish(self, plan: Plan, step: Step, entry: Entry) -> Iterable[FileOutput]:
        """Write the files for the user from a result; yields each file."""


@runtime_checkable
class Closing(Protocol):
    """Hooks that also write files when a film ends."""

    def closing(self, state: RunState, *, ended: bool) -> Iterable[tuple[int, FileOutput]]:
        """Write those of the films that ended; of all films if the run `ended`. A film's are written once.

        Yields the index of a film and the file that was written for it.
        """
