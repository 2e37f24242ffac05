"""`subtitle`: starts a process of the installation that subtitles the film, and reads what it reports.

Not in this process: the caller's environment then needs no packages of this one, nothing is printed, no
signal handler is set, several calls may run in several threads, and memory is given back at the end
(docs/decisions/2026-11-30-python-interface.md).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Unpack

from orchestrator.api import error, event, result
from orchestrator.api.error import SubtitleError
from orchestrator.api.event import Event
from orchestrator.api.options import Options
from orchestrator.api.process import Process
from orchestrator.api.result import Result
from orchestrator.paths import checkout
from orchestrator.surroundings import current_folder

_LAST_LINES = 3
"""Lines of a process that ended without a word that the error repeats."""


def subtitle(
    film: str | os.PathLike[str],
    *,
    on_event: Callable[[Event], object] | None = None,
    cancel: threading.Event | None = None,
    overwrite: bool = False,
    job_file: bool = True,
    **options: Unpack[Options],
) -> Result:
    """Subtitle one film, as `orchestrator run` does, and return what was made.

    `on_event` is called with each event, in the calling thread; if it raises, the run stops, and the
    exception is the caller's. To set `cancel` stops the run, too. `overwrite` replaces files that this tool
    did not write, `job_file=False` ignores the job file beside the film. `options` have the names of a job
    file; None leaves an option as it is. Relative paths begin in the current folder.

    Raises `SubtitleError` where the command would end with an exit status other than 0.
    """
    request = {
        "film": str(current_folder.absolute(Path(film))),
        "folder": str(current_folder.absolute(Path())),
        "options": {key: _plain(value) for key, value in options.items() if value is not None},
        "overwrite": overwrite,
        "job_file": job_file,
    }
    last: Mapping[str, Any] = {}
    with Process(_python(), request) as process:
        for line in process.lines(cancel):
            if "event" not in line:
                last = line
            elif on_event is not None:
                on_event(event.from_json(line))
    notices = [text.removeprefix("orchestrator:").strip() for text in process.said]
    if not last:
        why = "; ".join(notices[-_LAST_LINES:])
        raise SubtitleError(f"the process of the run ended (exit status {process.status})", why, "crash")
    made = None if last["result"] is None else result.from_json(last["result"], notices)
    if last["error"] is not None or made is None:
        raise error.from_json(last["error"], made)
    return made


def _plain(value: Any) -> Any:
    """A value of an option as JSON: paths as text."""
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if not isinstance(value, str | int | float):
        raise SubtitleError(f"subtitle(): not a value of an option: {value!r}", "", "config")
    return value


def _python() -> Path:
    """The interpreter of the installation."""
    python = checkout() / ".venv" / "bin" / "python"
    if not python.is_file():
        raise SubtitleError(
            f"{checkout()} is no installation of orchestrator",
            "run ./install.sh in its folder; if this is a copy, install the folder with `-e` instead",
            "env",
        )
    return python
