"""Events as JSON lines: on stdout with `--json`, and in the run's folder always. See `docs/run-json.md`."""

from __future__ import annotations

import json
import sys
from typing import TextIO

from orchestrator.masking import masked
from orchestrator.state import RunEvent, RunState, to_json


class JsonLines:
    """An observer that writes every event as one line the moment it happens, with secrets masked."""

    def __init__(self, stream: TextIO | None = None, *, owned: bool = False) -> None:
        """Write to `stream` (stdout); an `owned` stream is closed with this observer."""
        self._stream = stream or sys.stdout
        self._owned = owned

    def __call__(self, event: RunEvent, state: RunState) -> None:  # noqa: ARG002 (every view is called alike)
        """Write the event."""
        body = masked(json.loads(to_json(event)))
        self._stream.write(json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n")
        self._stream.flush()

    def close(self) -> None:
        """Close the stream where it is owned."""
        if self._owned:
            self._stream.close()
