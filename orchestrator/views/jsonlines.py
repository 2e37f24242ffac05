"""Writes events as JSON lines, to the run's folder and, with `--json`, to stdout. See `docs/events.md`."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from typing import TextIO

from ipc import json_text
from ipc.legible import legible_json
from orchestrator.errors import FatalError
from orchestrator.run_state.events import RunEvent, to_json
from orchestrator.run_state.states import RunState
from orchestrator.util.redact import masked


def refusal(error: FatalError) -> str:
    """The last event of a run that could not start, as one line."""
    body = {
        "event": "run_ended", "time": time.time(), "outcome": "refused", "exit_status": error.status,
        "files": [], "error": {"message": error.message, "hint": error.hint},
    }  # fmt: skip
    return _line(masked(body))


def _line(body: object) -> str:
    """`body` as JSON that can be printed: a terminal shows its texts, and they do not act on it."""
    return legible_json(json_text.dumps(body, separators=(",", ":")))


class JsonLines:
    """An observer that writes every event as one line, with secrets masked.

    An `owned` stream, the record of the run, is closed with the observer; if writing to it fails (a full
    disk), the run continues without it. Errors of any other stream, such as stdout, are raised.
    """

    def __init__(self, stream: TextIO | None = None, *, owned: bool = False) -> None:
        self._stream = stream or sys.stdout
        self._owned = owned
        self._broken = False

    def __call__(self, event: RunEvent, state: RunState) -> None:  # noqa: ARG002 (all views have this signature)
        """Write the event."""
        if self._broken:
            return
        body = masked(json.loads(to_json(event)))
        try:
            self._stream.write(_line(body) + "\n")
            self._stream.flush()
        except OSError:
            if not self._owned:
                raise
            self._broken = True

    def close(self) -> None:
        """Close the stream if it is owned."""
        if self._owned:
            with contextlib.suppress(OSError):
                self._stream.close()
