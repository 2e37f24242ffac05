"""Summaries of films that ended before their run did, `films/DIGEST.json` in the run's folder.

A run that films join may last for days, and its `run.json` is written when it ends. A record has the form of
`run.json`, with one film, and with the options that this film was asked for with.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ipc import atomic, json_text
from orchestrator.run_state import stored_summary
from orchestrator.run_state.run_folders import Run
from orchestrator.util.own_files import DamagedFileError


def keep(run: Run, digest: str, content: Mapping[str, Any]) -> None:
    """Keep the record of a film. Raises `OSError`."""
    path = _path_of(run, digest)
    path.parent.mkdir(exist_ok=True)
    atomic.write(path, json_text.dumps(content) + "\n")


def of_film(run: Run, digest: str) -> Mapping[str, Any] | None:
    """What the run did with this film: its own record if it has one, else `run.json`."""
    return read(_path_of(run, digest)) or run.summary()


def read(path: Path) -> Mapping[str, Any] | None:
    """The content of a record; None if there is none, or it is damaged: then `run.json` counts."""
    with contextlib.suppress(DamagedFileError, OSError):
        return stored_summary.read(path)
    return None


def paths(run: Run) -> Iterator[Path]:
    """The records of a run."""
    with contextlib.suppress(OSError):
        yield from (run.path / "films").iterdir()


def _path_of(run: Run, digest: str) -> Path:
    return run.path / "films" / f"{digest}.json"
