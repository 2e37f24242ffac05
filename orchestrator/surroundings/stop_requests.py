"""Lets Ctrl-C, SIGTERM and SIGHUP end every command with the same status, after it has cleaned up.

A run counts these signals itself while its stages work (`orchestrator.execution.signals`).
"""

from __future__ import annotations

import signal
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_received: list[str] = []


class StopRequest(KeyboardInterrupt):
    """What the signals raise.

    Not a plain `KeyboardInterrupt`: once one leaves `exec` of a text, as it can while a dataclass is made,
    Python 3.11 ends the process by SIGINT, whatever handles the exception.
    """


def heed() -> None:
    """Raise `StopRequest` in the main thread when one of the signals arrives."""
    for number in heeded():
        signal.signal(number, _stop)


def heeded() -> list[signal.Signals]:
    """The signals that stop the program: not SIGHUP if it was started so that it ignores it, as by `nohup`.

    SIGINT counts even then: a shell has its background jobs ignore it, but `kill -INT` is a request.
    """
    return [n for n in SIGNALS if n != signal.SIGHUP or signal.getsignal(n) is not signal.SIG_IGN]


def received() -> str:
    """The name of the first signal that has arrived, or an empty string.

    The exception can be lost, for example in a function that the interpreter calls while it frees an object.
    """
    return _received[0] if _received else ""


def _stop(number: int, frame: FrameType | None) -> None:
    del frame
    _received.append(signal.Signals(number).name)
    raise StopRequest
