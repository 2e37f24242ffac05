"""Figures for people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.util import text as fmt


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0.0 s"),
        (0.4, "0.4 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1:00"),
        (187, "3:07"),
        (3729, "1:02:09"),
    ],
)
def test_a_duration_is_short(seconds, words):
    assert fmt.duration(seconds) == words


@pytest.mark.parametrize("unknown", [None, float("nan"), -1.0])
def test_a_duration_that_is_not_known_is_not_shown(unknown):
    assert fmt.duration(unknown) == ""
    assert fmt.remaining(unknown) == ""


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (812_000, "812 kB"),
        (999_600, "1.0 MB"),
        (1_400_000_000, "1.4 GB"),
    ],
)
def test_a_size_has_two_or_three_digits(count, words):
    assert fmt.size(count) == words


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (0.305, "0.30x"),
        (0.996, "1.0x"),
        (9.94, "9.9x"),
        (140.2, "140x"),
        (999.6, ">999x"),
        (12_000, ">999x"),
        (0, ""),
    ],
)
def test_a_speed_is_a_multiple_of_real_time(factor, words):
    assert fmt.speed(factor) == words


@given(st.floats(0, 100 * 3600 - 1), st.floats(0, 1e14), st.floats(0.001, 1e6))
def test_every_figure_fits_its_column(seconds, count, factor):
    assert len(fmt.duration(seconds)) <= 8
    assert len(fmt.remaining(seconds)) <= 5
    assert len(fmt.size(count)) <= 6
    assert len(fmt.speed(factor)) <= 6


def test_a_log_line_cannot_move_the_cursor():
    assert (
        fmt.plain("50%\r\x1b[2K\x1b[1;31m60%\x1b[0m\x1b]0;title\x07\n\tdone\u202e") == "50% 60% done\\u202e"
    )
