"""One cast under two kinds of sound."""

from __future__ import annotations

import numpy as np
import pytest

from stage_runners.diarization.scenes import one_cast


def film(shift, *, scene=(0, 1), place=0.6, known=0.25):
    """Two people by turns, and a scene of two voices with a common `shift`; labels 0, 1 and 2, 3."""
    rng = np.random.default_rng(1)
    basis = np.linalg.qr(rng.normal(size=(192, 8)))[0].T
    voices = {0: basis[0], 1: basis[1]}
    for k, person in enumerate(scene):
        voices[2 + k] = known * voices[person] + 0.7 * basis[3 + k] + shift * basis[2]
    main = np.arange(300) // 3 % 2
    at = int(place * 300)
    labels = np.concatenate([main[:at], np.arange(40) // 4 % 2 + 2, main[at:]])
    vectors = np.stack([voices[k] for k in labels]) + 0.5 * rng.normal(size=(len(labels), 192)) / np.sqrt(192)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    first = np.arange(len(labels)) * 90
    return vectors.astype(np.float32), np.stack([first, first + 89], 1), labels


@pytest.mark.parametrize("scene", [(0, 1), (1, 0)])
def test_speakers_in_a_scene_with_other_acoustics_are_merged_with_the_cast(scene):
    vectors, spans, labels = film(0.7, scene=scene)
    found = one_cast(vectors, spans, labels)
    assert found.max() == 1
    for k, person in enumerate(scene):
        assert (found[labels == 2 + k] == found[labels == person][0]).all()


def test_speakers_without_a_common_acoustic_shift_stay_separate():
    vectors, spans, labels = film(-0.0, known=0.5)
    assert (one_cast(vectors, spans, labels) == labels).all()


def test_new_voices_at_the_end_of_a_film_are_new_speakers():
    vectors, spans, labels = film(0.7, place=1.0)
    assert (one_cast(vectors, spans, labels) == labels).all()


def test_new_voices_among_known_ones_are_new_speakers():
    vectors, spans, labels = film(0.7)
    inside = np.flatnonzero(labels >= 2)
    labels[inside[10:20]] = 0
    assert (one_cast(vectors, spans, labels) == labels).all()


def test_an_empty_film_has_no_speakers_to_merge():
    nobody = np.zeros(0, np.int64)
    assert one_cast(np.zeros((0, 192), np.float32), np.zeros((0, 2), np.int64), nobody).size == 0
