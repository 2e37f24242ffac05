"""Who speaks, by the levels of tracks: on noise that rises and falls like speech, with known turns."""

from __future__ import annotations

import numpy as np
import pytest

from stage_runners.diarization.crosstalk import HOP, RATE, exclusive, leak_of, levels, speaking

SECONDS = 60
LATE = 160
"""Samples by which a voice is late in another microphone: 10 ms."""


def voice(seed):
    """A minute of noise whose level moves four times a second."""
    random = np.random.default_rng(seed)
    clock = np.arange(SECONDS * RATE) / RATE
    beat = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * clock + seed)
    return 0.1 * random.standard_normal(len(clock)).astype(np.float32) * beat.astype(np.float32)


def turns(*spans):
    """Where somebody speaks, by sample."""
    mask = np.zeros(SECONDS * RATE, bool)
    for start, end in spans:
        mask[round(start * RATE) : round(end * RATE)] = True
    return mask


ANNA = turns((1, 9), (15, 22), (30, 41), (50, 52))
BEN = turns((9.5, 14), (21, 29), (38, 48), (53, 59))
"""From 21 to 22 s and from 38 to 41 s both speak."""


def heard(masks, leak_db, gains_db=None, noise=1e-4):
    """The microphones of people who speak in `masks`, and where each has anybody's speech, by frame."""
    alone = [voice(k) * mask for k, mask in enumerate(masks)]
    random = np.random.default_rng(9)
    tracks, speech = [], []
    for k, own in enumerate(alone):
        late = sum(np.roll(other, LATE) for j, other in enumerate(alone) if j != k)
        gain = 10 ** ((gains_db or [0] * len(masks))[k] / 20)
        sound = (own + late * 10 ** (leak_db / 20)) * gain + noise * random.standard_normal(len(own))
        tracks.append(levels(np.clip(sound * 32767, -32768, 32767).astype(np.int16)))
        anybody = np.any(masks, axis=0) if leak_db > -60 else masks[k]
        speech.append(anybody[::HOP])
    return tracks, speech


def wrong(found, masks):
    """The share of the frames with speech in which it is not known who speaks."""
    truth = np.stack([mask[::HOP] for mask in masks])
    return (found != truth).sum() / truth.sum()


@pytest.mark.parametrize("leak_db", [-100, -30, -20, -12])
def test_what_a_microphone_hears_of_the_other_person_is_no_speech_of_its_own(leak_db):
    tracks, speech = heard([ANNA, BEN], leak_db)
    if leak_db > -60:
        assert wrong(np.stack(speech), [ANNA, BEN]) > 0.6
    assert wrong(speaking(tracks, speech), [ANNA, BEN]) < 0.05


@pytest.mark.parametrize("gains", [(-12, 12), (12, -12)])
def test_microphones_need_not_be_equally_loud(gains):
    tracks, speech = heard([ANNA, BEN], -20, gains)
    assert wrong(speaking(tracks, speech), [ANNA, BEN]) < 0.05


def test_two_who_speak_at_once_both_speak():
    found = speaking(*heard([ANNA, BEN], -20))
    assert found[:, 2110:2190].mean() > 0.9
    assert found[:, 3810:4090].mean() > 0.9


def test_a_microphone_whose_owner_never_speaks_has_nothing():
    found = speaking(*heard([ANNA, BEN, turns()], -15))
    assert found[2].mean() < 0.02
    assert wrong(found[:2], [ANNA, BEN]) < 0.05


def test_a_track_with_the_mix_of_all_others_has_nothing_of_its_own():
    tracks, speech = heard([ANNA, BEN], -25)
    mix = levels(((voice(0) * ANNA + voice(1) * BEN) * 32767).astype(np.int16))
    found = speaking([mix, *tracks], [speech[0] | speech[1], *speech])
    assert found[0].mean() < 0.02
    assert wrong(found[1:], [ANNA, BEN]) < 0.05


def test_four_people():
    masks = [turns(*((k * 3 + n, k * 3 + n + 2.7) for n in range(0, 48, 12))) for k in range(4)]
    assert wrong(speaking(*heard(masks, -18)), masks) < 0.08


def test_silence_and_nothing_at_all():
    for length in (0, 100, 48_000):
        quiet = levels(np.zeros(length, np.int16))
        assert len(quiet) == -(-length // HOP)
        nobody = np.zeros(len(quiet), bool)
        assert not speaking([quiet, quiet], [nobody, nobody]).any()
        assert leak_of(quiet, quiet, quiet, nobody) is None


def test_one_at_a_time_the_one_who_is_louder_than_usual():
    tracks = [np.array([0, 0, 0, 9, 0], np.float32), np.array([-20, -20, -20, -20, -20], np.float32)]
    active = np.array([[1, 1, 0, 1, 0], [0, 1, 1, 1, 0]], bool)
    alone = exclusive(active, tracks)
    assert alone.sum(axis=0).tolist() == [1, 1, 1, 1, 0]
    assert alone[0, 3]
