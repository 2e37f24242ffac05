"""Stretches of time from frame scores."""

from __future__ import annotations

import numpy as np

from stage_runners.vad import regions
from stage_runners.vad.frame_scores import edge
from stage_runners.vad.pyannote_runner import both
from stage_runners.vad.silero_runner import speech


def spans(*pairs):
    return np.array(pairs, np.int64).reshape(-1, 2)


def test_scores_that_never_reach_the_onset_are_not_speech():
    scores = np.array([0.0, 0.4, 0.6, 0.4, 0.0, 0.4, 0.4, 0.0])
    assert regions.hysteresis(scores, 0.5, 0.3).tolist() == [[1, 4]]


def test_gaps_are_closed_before_short_spans_are_dropped():
    found = regions.fill_gaps(spans((0, 2), (3, 5), (9, 10)), 3)
    assert found.tolist() == [[0, 5], [9, 10]]
    assert regions.drop_short(found, 2).tolist() == [[0, 5]]


def test_padded_spans_stay_inside_and_join():
    assert regions.pad(spans((1, 3), (5, 6)), 2, 7).tolist() == [[0, 7]]
    assert regions.pad(spans(), 2, 7).shape == (0, 2)


def test_a_mask_is_converted_back_to_its_spans():
    found = spans((0, 2), (4, 5))
    assert regions.spans_of(regions.mask_of(found, 5)).tolist() == found.tolist()


def test_silero_speech_goes_on_between_its_two_thresholds():
    scores = np.array([0.1, 0.6, 0.4, 0.4, 0.6, 0.1, 0.1, 0.1, 0.4, 0.1])
    found = speech(scores, 0.5, min_speech=2, min_silence=2, padding=0)
    assert found.tolist() == [[1, 5]]


def test_no_audio_gives_no_speech():
    assert len(speech(np.zeros(0), 0.5, min_speech=3, min_silence=9, padding=3)) == 0


def test_uncertain_speech_from_only_one_detector_does_not_count():
    probability = np.zeros(100)
    probability[10:20] = 0.7
    nobody = np.zeros((0, 2))
    assert len(both(probability, nobody, np.zeros(0, bool), 0.5, 0.3)) == 0
    heard = np.array([[edge(40), edge(50)]])
    assert len(both(probability, heard, np.array([False]), 0.5, 0.3)) == 0


def test_speech_found_by_both_detectors_counts_to_the_ends_that_either_gives():
    probability = np.zeros(100)
    probability[10:20] = 0.7
    heard = np.array([[edge(15), edge(30)]])
    assert both(probability, heard, np.array([False]), 0.5, 0.3).tolist() == [[10, 30]]


def test_one_confident_detector_is_trusted():
    probability = np.zeros(100)
    probability[10:20] = 0.95
    heard = np.array([[edge(40), edge(50)]])
    assert both(probability, heard, np.array([True]), 0.5, 0.3).tolist() == [[10, 20], [40, 50]]
