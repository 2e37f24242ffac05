"""A limit on the computing time of Python code, for libraries that a name can make compute without end."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


class TimeIsUpError(Exception):
    """The block took more computing time than it was given."""


class _Interrupt(BaseException):
    """Passes the library's own handlers, which catch every `Exception`."""


@contextlib.contextmanager
def computing(seconds: float) -> Iterator[None]:
    """End the block with `TimeIsUpError` after `seconds` of this process's computing time.

    It counts the work and not the clock, so that a busy machine makes no difference. Signals reach the main
    thread only; elsewhere there is no limit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _interrupt)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        yield
    except _Interrupt as interrupt:
        raise TimeIsUpError from interrupt
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _interrupt(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise _Interrupt
