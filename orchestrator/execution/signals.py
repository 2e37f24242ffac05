"""Counts SIGINT, SIGTERM and SIGHUP during a run, and wakes the loop, which decides what to do."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

from orchestrator.surroundings import stop_requests


class Interrupt:
    """Counts the signals that request a stop while its block runs. A signal handler calls `wake`.

    A signal that arrived before, but whose exception was lost, counts too.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self.name = stop_requests.received()
        self.count = 1 if self.name else 0
        self._wake = wake
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = {n: signal.signal(n, self._note) for n in stop_requests.heeded()}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        del frame
        self.count += 1
        self.name = signal.Signals(number).name
        self._wake()
