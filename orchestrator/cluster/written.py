"""Remembers the files that any machine wrote, on the machine where the run was started.

A machine replaces a file only if its own ledger says that this tool wrote it. So a machine that gets a film
also learns which files beside it others wrote; otherwise it would write `movie.en.1.srt`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from orchestrator.outputs import earlier
from orchestrator.outputs.ledger import Ledger
from orchestrator.run_state.events import FileWritten, FilmEnded, RunEvent
from orchestrator.run_state.states import RunState


class Account:
    """An observer that notes in the `ledger` of this machine what others write."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def __call__(self, event: RunEvent, state: RunState) -> None:
        """Note a file, or that the files of a film that failed are incomplete."""
        match event:
            case FileWritten():
                output, film = event.output, state.films[event.film]
                if output.digest:
                    self._ledger.remember(Path(output.path), output.digest, film.path, output.clip)
            case FilmEnded(outcome="failed"):
                for output in state.films[event.film].outputs:
                    self._ledger.mark_partial(Path(output.path))

    def close(self) -> None:
        """Do nothing: everything is written at once."""


def beside(film: Path, folder: Path, ledger: Ledger) -> Iterator[dict[str, str]]:
    """The files in `folder` that this tool wrote for `film`, as the program on another machine reads them."""
    for path in earlier.files_of(film, folder, ledger):
        yield {"path": str(path), "digest": ledger.digest(path) or "", "clip": ledger.clip(path)}
