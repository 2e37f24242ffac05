"""What the command line says of this machine and its configuration, for the page.

The commands run as processes of the orchestrator's own environment, which can ask every other one. Their
answers are kept for a while: probing the devices takes seconds the first time.
"""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Sequence
from typing import Any

from ipc.parsing import json_of
from orchestrator.paths import home

KEPT_S = 300.0
_PATIENCE_S = 180.0


class Asked:
    """The JSON that `orchestrator WORDS` prints, by `python`."""

    def __init__(self, python: str, words: Sequence[str]) -> None:
        self._command = [python, "-P", "-m", "orchestrator", *words]
        self._lock = threading.Lock()
        self._at, self._body = 0.0, None

    def body(self) -> Any:
        """The answer, or None if the command fails; waits for it."""
        with self._lock:
            if self._body is None or time.monotonic() - self._at > KEPT_S:
                self._body, self._at = self._run(), time.monotonic()
            return self._body

    def _run(self) -> Any:
        try:
            done = subprocess.run(
                self._command, capture_output=True, cwd=home(), timeout=_PATIENCE_S, check=True,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
            return json_of(done.stdout)
        except (OSError, subprocess.SubprocessError, ValueError):
            return None
