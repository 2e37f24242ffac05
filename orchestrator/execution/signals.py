"""Counts SIGINT, SIGTERM and SIGHUP during a run, and wakes the loop, which decides what to do."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupt:
    """Counts the signals that request a stop while its block runs. A signal handler calls `wake`.

    SIGHUP stays ignored where the program was started with `nohup`.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self.count = 0
        self.name = ""
        self._wake = wake
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._note) for number in _heeded()}
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


def _heeded() -> list[signal.Signals]:
    return [
        number
        for number in _SIGNALS
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN
    ]
