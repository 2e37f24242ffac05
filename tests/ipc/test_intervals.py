"""Intervals, against sets of whole seconds."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipc.intervals import (
    Coverage,
    Overlapping,
    difference,
    length,
    overlap,
    shared,
    starting_within,
    union,
)

intervals = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 8)).map(lambda pair: (pair[0], pair[0] + pair[1])),
    max_size=12,
)


def seconds(some):
    return {second for start, end in some for second in range(start, end)}


@given(intervals)
def test_a_union_covers_the_same_seconds_in_order_without_touching_intervals(some):
    found = union(some)
    assert seconds(found) == seconds(some)
    assert all(a_end < b_start for (_, a_end), (b_start, _) in itertools.pairwise(found))
    assert length(found) == len(seconds(some))


@given(intervals, intervals)
def test_two_unions_share_the_seconds_that_both_cover(some, others):
    assert shared(union(some), union(others)) == len(seconds(some) & seconds(others))


@given(intervals, intervals, st.integers(1, 4))
def test_a_difference_excludes_taken_and_too_short_intervals(some, taken, shortest):
    regions = union(some)
    every = difference(regions, union(taken), 1)
    assert seconds(every) == seconds(some) - seconds(taken)
    assert difference(regions, union(taken), shortest) == [
        (start, end) for start, end in every if end - start >= shortest
    ]


@given(intervals, st.integers(0, 40), st.integers(0, 10))
def test_coverage_counts_the_seconds_of_a_union_within_another_interval(some, start, size):
    covered = Coverage(some)
    inside = seconds(some) & set(range(start, start + size))
    assert covered.within(start, start + size) == len(inside)
    assert covered.total == len(seconds(some))
    assert covered.share(start, start + size) == (len(inside) / size if size else 0)


@given(intervals, st.integers(0, 40), st.integers(0, 10), st.integers(0, 2))
def test_a_search_by_time_finds_the_same_as_a_linear_search(some, start, size, least):
    some.sort()
    found = Overlapping(some).with_part_of(start, start + size, least)
    assert found == [k for k, pair in enumerate(some) if overlap(start, start + size, *pair) > least]


@pytest.mark.parametrize(
    ("pair", "size"), [((0, 4, 2, 6), 2), ((0, 4, 1, 2), 1), ((0, 4, 4, 6), 0), ((0, 1, 5, 6), 0)]
)
def test_intervals_that_touch_do_not_overlap(pair, size):
    assert overlap(*pair) == size


def test_an_interval_that_starts_at_the_end_is_not_within():
    assert list(starting_within([0.0, 1.0, 2.0, 3.0], 1.0, 3.0)) == [1, 2]
