"""The process that subtitles the film of a call: `orchestrator run --json` with two lines more.

    python -I -X utf8 -m orchestrator.api.child

Standard input has one line of JSON: `film`, `options` by key, `folder` (where relative paths begin),
`overwrite` and `job_file`. Standard output has the events of the run, then a line with `result` (null if the
run did not start) and `error` (null if all went well). When standard input ends, the caller is gone or has
cancelled: the run stops.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipc.parsing import json_of
from orchestrator.errors import (
    BUG,
    DEGRADED,
    ENVIRONMENT,
    INPUT,
    INTERRUPTED,
    OK,
    STORAGE,
    USAGE,
    FatalError,
)
from orchestrator.run_state.events import RunEvent
from orchestrator.run_state.states import RunState
from orchestrator.surroundings import start, stop_requests
from orchestrator.util import terminal

PATIENCE_S = 20.0
"""Seconds after which a run that was told to stop is killed. Its stages end with it."""
OPTIONS = Path("subtitle()")
"""What messages call the place where the options stand."""
CATEGORIES = {
    USAGE: "config",
    ENVIRONMENT: "env",
    INPUT: "input",
    STORAGE: "storage",
    DEGRADED: "degraded",
    INTERRUPTED: "cancelled",
    BUG: "bug",
}
"""The category of an exit status; for every other one it is `failed`."""


class _Last:
    """An observer that keeps the last state of the run."""

    state: RunState | None = None

    def __call__(self, event: RunEvent, state: RunState) -> None:
        del event
        self.state = state

    def close(self) -> None:
        """Do nothing."""


def main() -> int:
    """Run the film of the request; returns the exit status."""
    start.prepare()
    with terminal.guarded():
        last = _Last()
        try:
            status, error = _run(last), None
        except FatalError as fatal:
            status, error = fatal.status, fatal
        except KeyboardInterrupt:
            status, error = INTERRUPTED, FatalError("stopped on request", status=INTERRUPTED)
        except Exception as failure:
            error = _explained(failure)
            status = error.status
        made = None if last.state is None else _made(last.state, status)
        terminal.show_json({"result": made, "error": _problem(status, error, last.state)}, indent=None)
        sys.stdout.flush()
    return status


def _explained(failure: Exception) -> FatalError:
    if stop_requests.received():  # its exception was caught somewhere, and became another one
        return FatalError("stopped on request", status=INTERRUPTED)
    from orchestrator.util import bug_log, machine_errors

    return machine_errors.explained(failure) or bug_log.reported(sys.argv[1:], failure)


def _run(last: _Last) -> int:
    request = _request()
    threading.Thread(target=_end_with_the_caller, name="caller", daemon=True).start()
    from orchestrator.config import files
    from orchestrator.runs import session
    from orchestrator.runs.invocation import Invocation

    film = Path(request["film"])
    sys.argv = ["orchestrator", "run", str(film)]  # what the records of the run have as its command
    return session.run(
        Invocation(
            films=(film,),
            command_line=files.layer(request["options"], OPTIONS, Path(request["folder"])),
            overwrite=request["overwrite"],
            json=True,
            job_file=request["job_file"],
            observers=(last,),
        )
    )


def _request() -> Mapping[str, Any]:
    """The first line of standard input. Not of `sys.stdin`, which would read on."""
    line = b""
    while not line.endswith(b"\n"):
        if not (one := os.read(0, 1 << 16)):
            raise KeyboardInterrupt
        line += one
    request: Mapping[str, Any] = json_of(line)
    return request


def _end_with_the_caller() -> None:
    while os.read(0, 1 << 16):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE_S)
    os.kill(os.getpid(), signal.SIGKILL)


def _made(state: RunState, status: int) -> dict[str, Any] | None:
    from orchestrator.api import made
    from orchestrator.paths import home
    from orchestrator.run_state import run_json
    from orchestrator.storage.store import Store

    content = run_json.summary(state, status=status)
    films = content["films"]
    return made.of_film(films[0], content["outcome"], Store(home() / "store")) if films else None


def _problem(status: int, error: FatalError | None, state: RunState | None) -> dict[str, str] | None:
    """Why the status is not 0."""
    if status == OK:
        return None
    category = CATEGORIES.get(status, "failed")
    if error is not None:
        return {"message": error.message, "hint": error.hint, "category": category}
    steps = [step for film in (state.films if state else ()) for step in film.steps]
    for step in steps:
        if step.error is not None and status != INTERRUPTED:
            return {
                "message": f"{step.name}: {step.error.message}",
                "hint": step.error.hint,
                "category": step.error.category,
            }
    reasons = [f"{step.name}: {why}" for step in steps for why in step.degraded]
    message = {
        INTERRUPTED: "stopped on request",
        DEGRADED: f"degraded, and strict: {'; '.join(reasons)}",
        STORAGE: "the report could not be written",
    }.get(status, f"the run ended with exit status {status}")
    return {"message": message, "hint": "", "category": category}


if __name__ == "__main__":
    sys.exit(main())
