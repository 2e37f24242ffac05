"""Exit statuses, and the one exception that people read."""

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

STATUS_OF_CATEGORY = {
    "input": INPUT,
    "config": USAGE,
    "auth": FAILED,
    "env": ENVIRONMENT,
    "contract": ENVIRONMENT,
    "storage": STORAGE,
    "cancelled": INTERRUPTED,
}
"""Exit status by an error's category; those not named here mean that a stage failed."""


class FatalError(Exception):
    """Something a person must mend: what is wrong, and what to do. Never shown with a traceback."""

    def __init__(self, message: str, hint: str = "", status: int = FAILED) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.status = status
