"""The process of a call (`orchestrator.api.child`), seen by the caller."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

_LOOK_S = 0.1
"""Seconds between two looks at whether the call is cancelled."""
_PATIENCE_S = 30.0
"""Seconds that the process has to end when it was told to; it kills itself before."""
_BLOCK = 1 << 16


class Process:
    """A process that subtitles a film. It has ended when the block of this context manager has.

    `said` is what it wrote to its standard error, and `status` its exit status when `lines` has ended.
    """

    def __init__(self, python: Path, request: Mapping[str, Any]) -> None:
        line = json.dumps(request).encode() + b"\n"
        self._process = subprocess.Popen(
            [python, "-I", "-X", "utf8", "-m", "orchestrator.api.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=None,  # as the command: in isolated mode Python searches nothing there
            start_new_session=True,  # Ctrl-C is for the caller, who ends it
        )
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        self._stdin: IO[bytes] = self._process.stdin
        self._said = bytearray()
        self._until = float("inf")
        with contextlib.suppress(OSError):  # it has ended; its standard error says why
            self._stdin.write(line)
            self._stdin.flush()

    @property
    def said(self) -> list[str]:
        """The lines that it wrote to its standard error."""
        return self._said.decode(errors="replace").splitlines()

    @property
    def status(self) -> int:
        """Its exit status, once it has ended."""
        return self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.hang_up()
            for _ in self.lines(None):
                pass
        finally:  # a second Ctrl-C
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdout, self._process.stderr):
                if stream is not None:
                    stream.close()

    def hang_up(self) -> None:
        """Tell it to stop; it is killed if it does not."""
        self._until = min(self._until, time.monotonic() + _PATIENCE_S)
        with contextlib.suppress(OSError):
            self._stdin.close()

    def lines(self, cancel: threading.Event | None) -> Iterator[Mapping[str, Any]]:
        """The lines that it prints, until it has ended. Once `cancel` is set, it is told to stop."""
        with selectors.DefaultSelector() as selector:
            for stream in (self._process.stdout, self._process.stderr):
                if stream is not None and not stream.closed:
                    selector.register(stream, selectors.EVENT_READ)
            rest = b""
            while selector.get_map():
                if cancel is not None and cancel.is_set():
                    self.hang_up()
                if time.monotonic() > self._until:
                    self._process.kill()
                for key, _ in selector.select(_LOOK_S):
                    block = os.read(key.fd, _BLOCK)
                    if not block:
                        selector.unregister(key.fileobj)
                    elif key.fileobj is self._process.stderr:
                        self._said += block
                    else:
                        *whole, rest = (rest + block).split(b"\n")
                        yield from map(json.loads, filter(None, whole))
