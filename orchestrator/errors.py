"""The exit statuses, and the exception whose message users read."""

from __future__ import annotations

OK = 0
FAILED = 1
USAGE = 2
ENVIRONMENT = 3
INPUT = 4
PARTIAL = 5
DEGRADED = 6
STORAGE = 7
BUG = 70
INTERRUPTED = 130
CLOSED_PIPE = 141
"""What a shell reports for a program that SIGPIPE ended."""

STATUS_OF_CATEGORY = {
    "input": INPUT,
    "config": USAGE,
    "auth": FAILED,
    "env": ENVIRONMENT,
    "contract": ENVIRONMENT,
    "storage": STORAGE,
    "cancelled": INTERRUPTED,
}
"""Exit status by error category; for every other category it is `FAILED`."""


class FatalError(Exception):
    """An error that the user can fix: what is wrong (`message`) and what to do (`hint`).

    `command` is the command that fixes it, if there is one; without a hint it becomes the hint. It is shown
    without a traceback. `lines` is the message as a terminal shows it, if that is not one line.
    """

    def __init__(
        self,
        message: str,
        hint: str = "",
        status: int = FAILED,
        *,
        command: str = "",
        lines: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint or (f"repair it with: {command}" if command else "")
        self.command = command
        self.status = status
        self.lines = lines or (message,)


class FilmError(FatalError):
    """An error that concerns one film, whatever its status: the other films of the run go on."""
