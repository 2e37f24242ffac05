"""Voices into speakers."""

from __future__ import annotations

import numpy as np
import pytest

from stage_runners.diarization import clustering as clusters
from stage_runners.diarization.thresholds import Clustering


def voices(*counts, spread=1.0, seed=0):
    """Unit vectors of so many pieces of each voice, in random order, and who each is.

    A piece every 90 frames.
    """
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(len(counts)), counts)
    rng.shuffle(who)
    centres = np.linalg.qr(rng.normal(size=(192, max(2, len(counts)))))[0].T[: len(counts)]
    vectors = centres[who] + spread * rng.normal(size=(len(who), 192)) / np.sqrt(192)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    first = np.arange(len(who)) * 90
    return vectors.astype(np.float32), np.stack([first, first + 89], axis=1), who


def same_grouping(labels, who):
    return len(set(zip(labels.tolist(), who.tolist(), strict=True))) == len(set(who)) == labels.max() + 1


@pytest.mark.parametrize("counts", [(60,), (40, 40), (50, 8), (30, 30, 30, 30), (20,) * 7, (12,) * 40])
@pytest.mark.parametrize("spread", [0.5, 1.2])
def test_clusters_match_the_speakers_in_clean_and_noisy_data(counts, spread):
    vectors, spans, who = voices(*counts, spread=spread)
    assert same_grouping(clusters.cluster(vectors, spans), who)


def test_a_long_film_is_clustered_in_blocks_and_speakers_stay_the_same_across_them(monkeypatch):
    monkeypatch.setattr(clusters, "CLUSTERING", Clustering(block=100))
    vectors, spans, who = voices(150, 150, 120)
    assert same_grouping(clusters.cluster(vectors, spans), who)


def test_a_voice_of_a_few_seconds_in_one_scene_of_a_long_film_is_a_speaker():
    vectors, spans, who = voices(500, 400, 4)
    order = np.concatenate(
        [np.flatnonzero(who < 2)[:300], np.flatnonzero(who == 2), np.flatnonzero(who < 2)[300:]]
    )
    assert same_grouping(clusters.cluster(vectors[order], spans), who[order])


def test_stray_pieces_that_sound_partly_like_a_speaker_are_that_speakers():
    vectors, spans, who = voices(300, 200)
    stray = np.flatnonzero(who == 0)[::75]
    other = np.linalg.qr(np.random.default_rng(5).normal(size=(192, 1)))[0].T[0]
    vectors[stray] = 0.85 * vectors[who == 0].mean(axis=0) + 0.7 * other
    vectors[stray] /= np.linalg.norm(vectors[stray], axis=1, keepdims=True)
    assert same_grouping(clusters.cluster(vectors.astype(np.float32), spans), who)


@pytest.mark.parametrize(
    ("least", "most", "expected"), [(1, 2, 2), (2, 2, 2), (5, 5, 5), (1, 1, 1), (4, 9, 4)]
)
def test_limits_on_the_number_of_speakers_hold(least, most, expected):
    vectors, spans, _ = voices(30, 30, 30)
    assert clusters.cluster(vectors, spans, least, most).max() + 1 == expected


def test_a_minimum_that_is_met_changes_nothing():
    vectors, spans, _ = voices(300, 200, 2, spread=1.2)
    assert (clusters.cluster(vectors, spans, least=2) == clusters.cluster(vectors, spans)).all()


def test_a_maximum_removes_the_smallest_voices_and_keeps_the_others():
    vectors, spans, who = voices(60, 40, 2)
    assert clusters.cluster(vectors, spans).max() == 2
    large = who < 2
    assert same_grouping(clusters.cluster(vectors, spans, most=2)[large], who[large])


def test_more_speakers_than_voices_divide_them_into_groups_and_not_single_pieces():
    vectors, spans, _ = voices(100)
    assert np.bincount(clusters.cluster(vectors, spans, 4, 4)).min() >= 3


@pytest.mark.parametrize(
    ("counts", "frames", "heard"), [((27, 1), 89, 2), ((27, 1), 40, 1), ((127, 1), 89, 1), ((127, 2), 89, 2)]
)
def test_one_long_piece_is_a_voice_in_a_short_recording_and_two_in_any(counts, frames, heard):
    vectors, spans, who = voices(*counts)
    spans[who == 1, 1] = spans[who == 1, 0] + frames
    assert clusters.cluster(vectors, spans).max() + 1 == heard


def test_very_few_or_no_vectors_can_be_clustered():
    assert clusters.cluster(np.zeros((0, 192), np.float32), np.zeros((0, 2), np.int64)).tolist() == []
    vectors, spans, _ = voices(1)
    assert clusters.cluster(vectors, spans).tolist() == [0]
    vectors, spans, _ = voices(2)
    assert clusters.cluster(vectors, spans, least=3, most=3).max() + 1 <= 3


def test_the_same_voices_always_get_the_same_labels():
    vectors, spans, _ = voices(40, 40, 10)
    assert (clusters.cluster(vectors, spans) == clusters.cluster(vectors, spans)).all()
