"""Requests that are repeated while a server is busy or away."""

from __future__ import annotations

import contextlib
import email.utils
import time
from collections.abc import Callable
from typing import TypeVar

_STEP_S = 0.2
"""Seconds between two looks whether to stop."""
Answer = TypeVar("Answer")


class RetryableError(Exception):
    """A request failed, and the same request may succeed later.

    `after` are the seconds that the server asks to wait, `attempts` counts the requests made so far.
    """

    def __init__(self, reason: str, after: float = 0.0) -> None:
        super().__init__(reason)
        self.after = after
        self.attempts = 1


def repeated(
    request: Callable[[], Answer],
    *,
    first_wait_s: float,
    give_up: Callable[[int, float], bool],
    sleep: Callable[[float, str], None],
) -> Answer:
    """The answer of `request`, which is repeated as long as it raises `RetryableError`.

    The wait doubles from `first_wait_s` on, and is never shorter than the server asks. `give_up` gets the
    number of attempts and the next wait in seconds; if it is true, the last error is raised. `sleep` gets the
    wait and the reason for it.
    """
    attempts = 0
    while True:
        attempts += 1
        try:
            return request()
        except RetryableError as error:
            error.attempts = attempts
            wait, reason = max(error.after, first_wait_s * 2 ** (attempts - 1)), str(error)
            if give_up(attempts, wait):
                raise
        sleep(wait, reason)


def retry_after(header: str) -> float:
    """The seconds that a `Retry-After` header asks to wait, given as a number or as a date (RFC 9110,
    10.2.3); 0 for other text.
    """
    with contextlib.suppress(ValueError):
        return max(0.0, float(header))
    with contextlib.suppress(TypeError, ValueError, OverflowError):  # a time zone may have any number
        return max(0.0, email.utils.parsedate_to_datetime(header).timestamp() - time.time())
    return 0.0


def sleep(seconds: float, check: Callable[[], None]) -> None:
    """Wait, and call `check` before and several times a second meanwhile: it may raise to end the wait."""
    until = time.monotonic() + seconds
    check()
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(_STEP_S, left))
        check()
