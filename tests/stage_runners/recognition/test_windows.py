from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stage_runners.recognition.windows import halves, pack

RATE = 1000  # enough to find quiet places, and quick


def noise(seconds, quiet=()):
    samples = np.random.default_rng(0).normal(0, 3000, int(seconds * RATE)).astype(np.int16)
    for start, end in quiet:
        samples[int(start * RATE) : int(end * RATE)] = 0
    return samples


@st.composite
def films(draw):
    gaps = draw(st.lists(st.tuples(st.floats(0.02, 20), st.floats(0.05, 80)), min_size=1, max_size=12))
    regions, clock = [], 0.0
    for gap, length in gaps:
        regions.append((clock + gap, clock + gap + length))
        clock = regions[-1][1]
    return regions, clock + draw(st.floats(0.0, 5))


@given(films(), st.sampled_from([10.0, 30.0]))
def test_windows_cover_every_region_once_within_the_length_limit(film, limit):
    regions, seconds = film
    chunks = pack(regions, noise(seconds + 0.01), RATE, limit)
    assert all(chunk.end - chunk.start <= limit + 1e-6 for chunk in chunks)
    assert all(before.end <= after.start + 1e-9 for before, after in pairwise(chunks))
    for start, end in regions:
        covered = sum(max(0.0, min(end, c.end) - max(start, c.start)) for c in chunks)
        assert covered == pytest.approx(end - start, abs=1e-6)


def test_speech_is_given_a_little_silence_around_it():
    (chunk,) = pack([(5.0, 6.0)], noise(20), RATE, 30.0)
    assert chunk.start == pytest.approx(4.8)
    assert chunk.end == pytest.approx(6.2)


def test_neighbours_share_a_window_and_a_long_pause_parts_them():
    chunks = pack([(1, 3), (4, 6), (20, 22)], noise(30), RATE, 30.0)
    assert [(round(c.start), round(c.end)) for c in chunks] == [(1, 6), (20, 22)]


def test_speech_without_a_pause_is_split_where_it_is_quietest():
    chunks = pack([(0, 50)], noise(50, quiet=[(24.0, 24.2)]), RATE, 30.0)
    assert len(chunks) == 2
    assert 24.0 <= chunks[0].end <= 24.2
    assert chunks[0].end == chunks[1].start


def test_halves_meet_at_the_quietest_place_of_the_middle():
    samples = noise(20, quiet=[(8.0, 8.2), (1.0, 2.0)])
    (chunk,) = pack([(0, 20)], samples, RATE, 30.0)
    first, second = halves(chunk, samples, RATE)
    assert 8.0 <= first.end <= 8.2
    assert (first.start, first.end, second.end) == (chunk.start, second.start, chunk.end)


def test_no_speech_gives_no_window():
    assert pack([], noise(5), RATE, 30.0) == []
