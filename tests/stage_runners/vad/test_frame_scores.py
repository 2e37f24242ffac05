"""Windows over the film, and what they say together."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from stage_runners.vad import frame_scores as seg


def certain(starts, classes):
    """Scores in which class `classes[w][f]` is certain, for windows at `starts`."""
    values = np.full((len(starts), seg.WINDOW_FRAMES, len(seg.CLASSES)), -30.0, np.float32)
    for window, row in enumerate(classes):
        values[window, np.arange(seg.WINDOW_FRAMES), row] = 0.0
    return seg.Scores(np.array(starts, np.int64), values)


@pytest.mark.parametrize("seconds", [0.5, 9.99, 10.0, 10.01, 12.3, 33.3, 61.7])
def test_windows_cover_the_film_to_its_end(seconds):
    samples = round(seconds * seg.RATE)
    starts = seg.window_starts(samples)
    assert starts == sorted(set(starts))
    assert starts[0] == 0
    assert starts[-1] * 270 + 160000 >= samples
    assert all(b - a <= seg.STEP_FRAMES for a, b in pairwise(starts))


def test_no_audio_has_no_window():
    assert seg.window_starts(0) == []


def test_speech_and_count_are_means_over_the_windows_that_cover_a_frame():
    nobody, two = np.zeros(seg.WINDOW_FRAMES, int), np.full(seg.WINDOW_FRAMES, 4)
    scores = certain([0, 148], [nobody, two])
    assert np.allclose(scores.speech()[[0, 200, 700]], [0, 0.5, 1], atol=1e-6)
    assert scores.count()[[0, 200, 700]].tolist() == [0, 1, 2]
    assert np.allclose(scores.overlap()[[0, 700]], [0, 1], atol=1e-6)


def test_scores_computed_in_blocks_equal_those_of_one_pass():
    rng = np.random.default_rng(0)
    values = np.log(rng.dirichlet(np.ones(7), (12, seg.WINDOW_FRAMES))).astype(np.float32)
    scores = seg.Scores(np.arange(12) * seg.STEP_FRAMES, values)
    total = np.zeros(scores.frames)
    cover = np.zeros(scores.frames)
    for start, window in zip(scores.starts, values, strict=True):
        total[start : start + seg.WINDOW_FRAMES] += 1 - np.exp(window[:, 0])
        cover[start : start + seg.WINDOW_FRAMES] += 1
    for size in (300, 589, 100000):
        for first, last, windows in scores.blocks(size):
            sums, count = seg.overlap_add(
                scores.starts[windows], 1 - np.exp(values[windows][..., :1]), first, last
            )
            assert (count == cover[first:last]).all()
            assert np.allclose(sums[:, 0] / count, (total / cover)[first:last], atol=1e-6)
