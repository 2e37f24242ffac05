"""The program on a worker's machine: `orchestrator run --json --films-from -`, its lines in and out."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from orchestrator.cluster.on_ray import leash

BATCH_S = 0.2
"""Seconds for which lines are collected: Ray's way of one answer costs a millisecond, not a microsecond."""
BATCH_LINES = 500
TAIL_BYTES = 64 * 1024
"""Bytes of what the process printed last on its standard error that are kept."""


class Process:
    """The process, on a leash: it ends if this process does."""

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str], folder: Path, start: str = ""
    ) -> None:
        """Start it in the folder `start`, if that exists here; `folder` is for what it prints."""
        self._printed = folder / "stderr.log"
        place = start if start and Path(start).is_dir() else folder
        held, self._hand = os.pipe()
        try:
            with self._printed.open("wb") as errors:
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-S", leash.__file__, str(held), *command], cwd=place,
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=dict(environ),
                    pass_fds=(held,), start_new_session=True, text=True, encoding="utf-8", errors="replace",
                    bufsize=1,
                )  # fmt: skip
        finally:
            os.close(held)
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def send(self, line: str) -> None:
        """Hand the process a line; nothing happens if it has ended."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError, ValueError):
                self._process.stdin.write(line + "\n")
                self._process.stdin.flush()

    def no_more_films(self) -> None:
        """Close its standard input: it ends when its films have."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def batches(self) -> Iterator[list[str]]:
        """Its lines as they come, some at a time, until it has closed its standard output."""
        while (line := self._lines.get()) is not None:
            batch, until = [line], time.monotonic() + BATCH_S
            while len(batch) < BATCH_LINES and (left := until - time.monotonic()) > 0:
                try:
                    more = self._lines.get(timeout=left)
                except queue.Empty:
                    break
                if more is None:
                    self._lines.put(None)
                    break
                batch.append(more)
            yield batch

    def ended(self) -> tuple[int, str]:
        """Wait for its end; returns its exit status, and the end of what it printed."""
        status = self._process.wait()
        self.no_more_films()
        with contextlib.suppress(OSError):
            os.close(self._hand)
        try:
            with self._printed.open("rb") as stream:
                stream.seek(max(0, self._printed.stat().st_size - TAIL_BYTES))
                return status, stream.read().decode("utf-8", "replace")
        except OSError:
            return status, ""

    def _read(self) -> None:
        if self._process.stdout is not None:
            with self._process.stdout as lines:
                for line in lines:
                    self._lines.put(line.rstrip("\n"))
        self._lines.put(None)
