"""The process that speaks to Ray, in the environment `cluster`: messages to it, and from it."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import secrets
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path

from orchestrator.cluster import messages
from orchestrator.cluster.messages import Failed, Message
from orchestrator.cluster.on_ray.order import Order
from orchestrator.environments import registry

ENV = "cluster"
LOCAL = "local"
_MODULE = "orchestrator.cluster.on_ray.bridge"
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing is sent to anybody
    "RAY_ROTATION_MAX_BYTES": str(8 << 20),  # Ray's logs stay small, whatever they are about
    "RAY_ROTATION_BACKUP_COUNT": "1",
    "RAY_memory_monitor_refresh_ms": "0",  # our scheduler watches the memory; Ray would kill the worker
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # a worker without a GPU of Ray's keeps what the machine has
    "RAY_DEDUP_LOGS": "0",
}
_GOODBYE_S = 20.0


class RaySide:
    """The process. It leaves Ray if this one dies, because its standard input ends then."""

    def __init__(
        self, address: str, order: Order, log: Path, inbox: queue.SimpleQueue[Message | None]
    ) -> None:
        """Start it; what it prints goes to `log`. `FatalError` if the environment is not installed."""
        python = registry.require(ENV)
        self._inbox = inbox
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [python, "-P", "-m", _MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                env=environ(os.environ, address), cwd=log.parent, text=True, encoding="utf-8",
                start_new_session=True,
            )  # fmt: skip
        threading.Thread(target=self._read, daemon=True).start()
        self._write(json.dumps({"address": address, "order": order.to_json()}))

    def send(self, message: Message) -> None:
        """Pass a message on; nothing happens if the process has ended, which `Failed` tells."""
        self._write(messages.to_line(message))

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(_GOODBYE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _write(self, line: str) -> None:
        if self._process.stdin is not None:
            with contextlib.suppress(OSError, ValueError):
                self._process.stdin.write(line + "\n")
                self._process.stdin.flush()

    def _read(self) -> None:
        if self._process.stdout is not None:
            for line in self._process.stdout:
                self._inbox.put(messages.of_line(line))
        self._inbox.put(
            Failed(why="the process that speaks to Ray has ended", hint="see ray.log in the run's folder")
        )


def environ(variables: Mapping[str, str], address: str) -> dict[str, str]:
    """The variables of the process, and so of a Ray that it starts here and of the workers there.

    Ray asks whoever connects for a token. For a Ray of this run alone it is a new one; without it, Ray would
    write one into the user's home.
    """
    kept = {name: value for name, value in variables.items() if not name.startswith("PYTHON")}
    own = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)} if address == LOCAL else {}
    return {**kept, **_QUIET, **own, "PYTHONNOUSERSITE": "1", "PYTHONUNBUFFERED": "1"}
