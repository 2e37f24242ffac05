"""Tracks with the same sound are told from tracks with a leak."""

from __future__ import annotations

import numpy as np
import pytest

from stage_runners.untangling import likeness
from stage_runners.untangling.likeness import Likeness, alike
from stage_runners.untangling.pieces import Turn
from stage_runners.untangling.thresholds import APART
from tests.stage_runners.apart import LATE, microphones
from tests.stage_runners.voices import sample_pcm

RATE = 16_000


@pytest.fixture(scope="module")
def voices():
    """Two pieces of speech, 3 s each."""
    pcm = sample_pcm().astype(np.float64)
    return pcm[11 * RATE : 14 * RATE], pcm[22 * RATE : 25 * RATE]


def test_one_recording_in_two_tracks_is_the_same_whatever_its_loudness_and_delay(voices):
    one = voices[0]
    assert alike(one.astype(np.int16), (0.3 * np.roll(one, 200)).astype(np.int16), RATE)
    tracks, _ = microphones()  # which both have what two people say at once
    overlap = slice(round(10.6 * RATE), round(11.0 * RATE))
    assert alike(tracks[0][overlap], tracks[1][overlap], RATE)


@pytest.mark.parametrize("leak", [0.0, 0.1, 0.5, 0.8])
def test_two_voices_that_leak_into_each_other_differ(voices, leak):
    one, other = voices
    first, second = one + leak * np.roll(other, LATE), other + leak * np.roll(one, LATE)
    assert not alike((first / 2).astype(np.int16), (second / 2).astype(np.int16), RATE)


def test_silence_is_like_nothing():
    assert not alike(np.zeros(100, np.int16), np.ones(100, np.int16), RATE)


def test_tracks_that_had_the_same_sound_for_long_are_not_compared_again(voices, monkeypatch):
    compared = []

    def counted(one, other, rate):
        compared.append(rate)
        return alike(one, other, rate)

    monkeypatch.setattr(likeness, "alike", counted)
    one, other = (np.tile(voice.astype(np.int16), 60) for voice in voices)
    turns = [(Turn(at, at + 3.0, "A"), Turn(at, at + 3.0, "B")) for at in range(0, 180, 3)]
    same = Likeness({"A": one, "B": one // 2}, RATE)
    assert all(same(*pair) for pair in turns)
    assert len(compared) == APART.enough_s / 3
    mixed = np.concatenate([one[: 30 * RATE], other[: 3 * RATE], one[33 * RATE :]])
    found = Likeness({"A": one, "B": mixed}, RATE)
    compared.clear()
    assert [found(*pair) for pair in turns].count(False) == 1
    assert len(compared) == 60  # they differed once, so each is compared
