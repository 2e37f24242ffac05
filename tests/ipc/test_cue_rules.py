"""The rules of a cue: what counts, and where each limit lies to the millisecond."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipc import cue_rules
from ipc.cue_rules import CueLimits, broken, broken_between, limits_of, lines_of, milliseconds

LIMITS = CueLimits()
PARAMS = {
    "max_line_width": 42,
    "line_widths": {"ja": 13},
    "max_line_count": 2,
    "max_cps": 17,
    "reading_speeds": {"ja": 4},
    "min_duration": 5 / 6,
    "max_duration": 7.0,
    "min_gap": 0.08,
    "gap_frames": 2,
}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("One line.", ["One line."]),
        ("- Two \n  lines\u00a0here ", ["- Two", "lines here"]),
        ("\n \nOne.\n\n", ["One."]),
        ("", []),
    ],
)
def test_text_is_split_into_lines_without_extra_whitespace(text, lines):
    assert lines_of(text) == lines


def test_a_line_break_and_a_wide_letter_count_as_one_character():
    assert cue_rules.characters(["- Who?", "- You."]) == 13
    assert cue_rules.characters(["日本語", "\U0001f600"]) == 5
    assert cue_rules.width(["ab", "abc"]) == 3
    assert cue_rules.width([]) == 0


@pytest.mark.parametrize(
    ("shown_ms", "rules"),
    [(831, ["too_short"]), (832, []), (7002, []), (7003, ["too_long"]), (0, ["too_fast", "too_short"])],
)
def test_a_duration_may_be_two_milliseconds_beyond_its_limit(shown_ms, rules):
    assert broken(["Hm."], shown_ms, LIMITS) == rules


@pytest.mark.parametrize(
    ("count", "shown_ms", "rules"), [(34, 2000, []), (35, 2000, ["too_fast"]), (34, 1999, ["too_fast"])]
)
def test_reading_speed_has_no_tolerance(count, shown_ms, rules):
    assert broken(["x" * count], shown_ms, LIMITS) == rules


def test_a_limit_without_an_exact_float_is_compared_exactly():
    assert not cue_rules.too_fast(153, 30000, CueLimits(cps=5.1))
    assert cue_rules.too_fast(153, 29999, CueLimits(cps=5.1))


def test_too_many_or_too_long_lines_break_a_rule():
    assert broken(["x" * 42, "y" * 42], 6000, LIMITS) == []
    assert broken(["x" * 43], 6000, LIMITS) == ["wide"]
    assert broken(["x", "y", "z"], 6000, LIMITS) == ["lines"]


@pytest.mark.parametrize(
    ("gap_ms", "rule"), [(80, ""), (78, ""), (77, "gap"), (0, "gap"), (-1, "gap"), (-2, "collides")]
)
def test_gaps_have_a_tolerance_of_two_milliseconds_and_overlaps_of_one(gap_ms, rule):
    assert broken_between(gap_ms, LIMITS) == rule


def test_a_gap_of_whole_frames_may_lack_a_step_of_the_grid():
    limits = limits_of(PARAMS, "en", 24.0)
    assert limits.gap_ms == pytest.approx(2000 / 24)
    assert [broken_between(gap, limits) for gap in (90, 80, 70)] == ["", "", "gap"]


def test_a_slide_show_has_no_minimum_gap_in_frames():
    assert limits_of(PARAMS, "en", 1.0) == limits_of(PARAMS, "en")


def test_limits_depend_on_the_language():
    assert (limits_of(PARAMS, "ja").width, limits_of(PARAMS, "ja").cps) == (13, 4.0)
    assert (limits_of(PARAMS, "en").width, limits_of(PARAMS, "en").cps) == (42, 17.0)


@given(st.integers(1, 400), st.sampled_from([4, 7, 9, 11, 12, 12.5, 13, 15, 16, 17, 18, 20, 21.5, 22, 25]))
def test_the_layouts_reading_time_is_the_first_on_the_grid_that_is_not_too_fast(count, speed):
    limits = CueLimits(cps=speed)
    needed = cue_rules.reading_ms(count, speed)
    assert needed % cue_rules.GRID_MS == 0
    assert not cue_rules.too_fast(count, needed, limits)
    assert cue_rules.too_fast(count, needed - cue_rules.GRID_MS, limits)


@given(st.integers(0, 10**8), st.integers(0, 10**5))
def test_times_in_seconds_are_compared_as_whole_milliseconds(start, size):
    assert milliseconds(start / 1000, (start + size) / 1000) == size
