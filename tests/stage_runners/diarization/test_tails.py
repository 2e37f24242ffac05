"""Turns go on until their sound has faded into that of the pauses."""

from __future__ import annotations

import numpy as np
import pytest

from stage_runners.diarization.tails import background, extended, fading, levels
from stage_runners.diarization.thresholds import TAILS
from stage_runners.diarization.turns import FrameTurn
from stage_runners.vad.frame_scores import FRAME

LONGEST = round(TAILS.longest / FRAME)


def faded(pause_db: float, tail_db: float, probability: float = 0.2):
    """Frames after a voice of 200 frames that can be its end: 20 at `tail_db`, then a pause."""
    level = np.full(1000, pause_db, np.float32)
    level[100:300], level[300:320] = 60, tail_db
    speech = np.full(1000, 0.01, np.float32)
    speech[100:300], speech[300:320] = 0.9, probability
    count = (speech > 0.5).astype(np.int64)
    return fading(level, speech, count)


def test_a_turn_goes_on_while_its_sound_is_louder_than_the_pauses():
    fades = faded(pause_db=10, tail_db=40)
    assert extended([FrameTurn(100, 300, 0)], fades) == [FrameTurn(100, 320, 0)]


@pytest.mark.parametrize(("pause_db", "probability"), [(30, 0.2), (10, 0.02)])
def test_in_noise_and_where_nothing_resembles_speech_it_does_not(pause_db, probability):
    fades = faded(pause_db, tail_db=40, probability=probability)
    assert extended([FrameTurn(100, 300, 0)], fades) == [FrameTurn(100, 300, 0)]


def test_it_stops_at_the_next_turn_and_joins_one_of_the_same_speaker():
    fades = np.ones(1000, bool)
    turns = [FrameTurn(100, 200, 0), FrameTurn(210, 300, 1), FrameTurn(310, 400, 1)]
    assert extended(turns, fades) == [FrameTurn(100, 210, 0), FrameTurn(210, 400 + LONGEST, 1)]


def test_of_two_who_end_together_one_goes_on_and_nobody_does_over_another_voice():
    fades = np.ones(1000, bool)
    turns = [FrameTurn(100, 200, 0), FrameTurn(100, 200, 1), FrameTurn(150, 900, 2)]
    assert extended(turns, fades) == [*turns[:2], FrameTurn(150, 900 + LONGEST, 2)]
    assert extended(turns[:2], fades) == [FrameTurn(100, 200 + LONGEST, 0), turns[1]]


def test_the_background_is_that_of_the_pauses_nearby():
    level = np.full(6000, 20, np.float32)
    level[3000:] = 50
    pause = np.zeros(6000, bool)
    pause[200:400], pause[5000:5400] = True, True
    found = background(level, pause)
    assert (found[:500], found[-500:]) == (pytest.approx(20), pytest.approx(50))
    assert np.isinf(background(level, np.zeros(6000, bool))).all()


def test_levels_end_with_the_sound():
    samples = np.full(360 + 270 * 5 + 100, 1000, np.int16)
    assert levels(samples, 589) == pytest.approx(np.full(5, 60), abs=0.01)
    assert len(levels(samples[:100], 589)) == 0
