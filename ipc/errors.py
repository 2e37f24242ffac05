"""Errors that cross the process boundary, by category; the scheduler decides by the category."""

from __future__ import annotations

import errno
from typing import Literal, get_args

Category = Literal[
    "input",  # the film or a file is wrong: a sentence, no retry
    "config",  # a parameter is wrong: a sentence, no retry
    "auth",  # a token or an accepted licence is missing
    "oom_device",  # the accelerator's memory is full: halve the batch, then the next device
    "oom_host",  # killed by the kernel for memory: a fresh worker, smaller pieces
    "crash",  # ended by another signal, or an unexpected error
    "stalled",  # no progress for the stage's limit
    "env",  # the environment is not healthy
    "contract",  # the two sides do not agree, or an output is not valid
    "storage",  # disk full, folder not writable
    "cancelled",  # asked to stop
]
CATEGORIES: tuple[str, ...] = get_args(Category)


class StageError(Exception):
    """A failure that a stage can explain.

    `message` states what is wrong and in which file; `hint` what the user can do about it. Both are shown as
    they are.
    """

    def __init__(self, category: Category, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.category: Category = category
        self.message = message
        self.hint = hint


class ContractError(StageError):
    """An artifact or a message that breaks the contract."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__("contract", message, hint)


class Cancelled(StageError):  # noqa: N818 - a request that was followed, not an error
    """The orchestrator asked the stage to stop; `Context.check` raises it."""

    def __init__(self) -> None:
        super().__init__("cancelled", "stopped on request")


def storage_hint(error: OSError, otherwise: str) -> str:
    """The hint for a failed write; freeing space is suggested if the disk is full, a limit if it is met."""
    if error.errno == errno.EFBIG:
        return "raise the limit of a file's size (ulimit -f), or " + otherwise
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    return f"free some space there, or {otherwise}" if full else otherwise
