"""Requests that are repeated while a server is busy or away."""

from __future__ import annotations

import email.utils
import time

import pytest

from stage_runners.network import retry
from stage_runners.network.retry import RetryableError


def repeated(failures, most=10):
    """The answer of a request that fails like this first, and the waits in between."""
    waits, left = [], list(failures)

    def request():
        if left:
            raise left.pop(0)
        return "answer"

    answer = retry.repeated(
        request,
        first_wait_s=0.5,
        give_up=lambda attempts, _: attempts >= most,
        sleep=lambda seconds, reason: waits.append((seconds, reason)),
    )
    return answer, waits


def test_waits_double_and_are_never_shorter_than_the_server_asks():
    failures = [RetryableError("busy"), RetryableError("busy", 7.0), RetryableError("away")]
    assert repeated(failures) == ("answer", [(0.5, "busy"), (7.0, "busy"), (2.0, "away")])


def test_the_last_error_is_raised_with_the_number_of_attempts():
    with pytest.raises(RetryableError, match="second") as caught:
        repeated([RetryableError("first"), RetryableError("second")], most=2)
    assert caught.value.attempts == 2


def test_another_error_is_not_repeated():
    with pytest.raises(ValueError, match="refused"):
        repeated([ValueError("refused")])


def test_a_retry_after_header_is_a_number_or_a_date():
    assert retry.retry_after("12") == 12.0
    assert retry.retry_after("-3") == 0.0
    assert retry.retry_after("soon") == 0.0
    in_a_minute = email.utils.formatdate(time.time() + 60, usegmt=True)
    assert 57.0 < retry.retry_after(in_a_minute) <= 60.0


@pytest.mark.parametrize(
    "header",
    ["Mon, 01 Jan 2024 00:00:00 +99999999999999999999", "Mon, 01 Jan 0001 00:00:00 -0000", "nan", "9" * 5000],
)
def test_no_retry_after_header_ends_the_stage(header):
    assert retry.retry_after(header) in {0.0, float("inf")}


def test_a_wait_ends_when_its_check_raises():
    checks = []

    def check():
        checks.append(1)
        if len(checks) == 2:
            raise InterruptedError

    started = time.monotonic()
    with pytest.raises(InterruptedError):
        retry.sleep(30.0, check)
    assert time.monotonic() - started < 5.0
