import numpy as np
import pytest

from ipc.artifacts import Audio
from stage_runners.alignment.leading_silence import all_passed, passed
from stage_runners.alignment.pieces import Span

RATE = 16000
LEVELS = {"silence": 3, "room": 60, "soft": 250, "loud": 3000, "song": 2000}
"""Standard deviations of noise: 60 is 34 decibels under 3000, 250 is 22."""


def sound(*parts):
    """Noise of named levels for so many seconds each."""
    noise = np.random.default_rng(1)
    pieces = [noise.normal(0, LEVELS[name], round(seconds * RATE)) for name, seconds in parts]
    return Audio(np.concatenate(pieces).astype(np.int16), RATE, "")


@pytest.mark.parametrize("quiet", ["silence", "room"])
def test_a_word_after_a_pause_starts_with_its_sound(quiet):
    audio = sound(("loud", 1), (quiet, 0.9), ("loud", 0.4), (quiet, 0.5))
    word = passed(audio, Span(1.0, 2.3))
    assert word.start == pytest.approx(1.9, abs=0.011)
    assert word.end == 2.3


def test_a_soft_consonant_belongs_to_its_word():
    audio = sound(("silence", 1), ("soft", 0.05), ("loud", 0.4))
    assert passed(audio, Span(0.4, 1.45)).start == pytest.approx(1.0, abs=0.011)


@pytest.mark.parametrize(
    "parts",
    [
        (("loud", 1.5),),
        (("song", 1.0), ("loud", 0.5)),  # music behind it hides where the word begins
        (("silence", 0.04), ("loud", 1.5)),  # the closure of a stop
        (("silence", 1.5),),
    ],
)
def test_a_word_without_silence_before_it_stays(parts):
    assert passed(sound(*parts), Span(0.0, 1.5)) == Span(0.0, 1.5)


def test_a_word_outside_the_sound_stays():
    assert passed(sound(("loud", 1)), Span(2.0, 2.5)) == Span(2.0, 2.5)


def test_words_with_an_aligner_are_left_to_it():
    audio = sound(("silence", 1), ("loud", 0.5))
    first, second = all_passed(audio, [Span(0.5, 1.5)] * 2, [True, False])
    assert (first.start, second.start) == (pytest.approx(1.0, abs=0.011), 0.5)
