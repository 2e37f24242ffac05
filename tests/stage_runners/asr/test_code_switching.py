"""Where another language is spoken: the course of languages through a film, and when a part is believed."""

from itertools import pairwise

import pytest

from stage_runners.asr.code_switching import Stretch, believed, course


def film(*heard):
    """Stretches of five seconds, each from a mapping of languages to probabilities."""
    return [Stretch(2.5 * k, 2.5 * k + 5, probability) for k, probability in enumerate(heard)]


ENGLISH = {"en": 0.98, "de": 0.01}
GERMAN = {"de": 0.99, "en": 0.001}


def test_a_film_in_one_language_stays_in_it():
    assert course(film(*[ENGLISH] * 6), "en") == ["en"] * 6
    assert course([], "en") == []


@pytest.mark.parametrize("at", [0, 3, 6])
def test_one_stretch_that_sounds_otherwise_changes_nothing(at):
    heard = [ENGLISH] * 7
    heard[at] = {"haw": 0.9, "en": 0.02}
    assert course(film(*heard), "en") == ["en"] * 7


def test_a_lasting_language_is_detected_from_its_start_to_its_end():
    heard = [*[ENGLISH] * 4, *[GERMAN] * 3, *[ENGLISH] * 4]
    assert course(film(*heard), "en") == ["en"] * 4 + ["de"] * 3 + ["en"] * 4


def test_a_film_may_begin_and_end_in_a_language_other_than_its_main_one():
    heard = [*[GERMAN] * 3, *[ENGLISH] * 4, *[{"ja": 1.0}] * 3]
    assert course(film(*heard), "en") == ["de"] * 3 + ["en"] * 4 + ["ja"] * 3


def test_three_languages_follow_each_other():
    heard = [*[ENGLISH] * 3, *[GERMAN] * 3, *[{"fr": 0.97}] * 3]
    assert course(film(*heard), "en") == ["en"] * 3 + ["de"] * 3 + ["fr"] * 3


def test_small_differences_do_not_separate_similar_neighbours():
    heard = [
        {"hi": 0.6, "ur": 0.35},
        {"ur": 0.7, "hi": 0.28},
        {"ur": 0.6, "hi": 0.35},
        {"hi": 0.8, "ur": 0.15},
    ]
    assert course(film(*heard), "hi") == ["hi"] * 4


@pytest.mark.parametrize(
    ("probability", "is_believed"),
    [
        ({"de": 0.99, "en": 0.001}, True),
        ({"de": 0.85, "en": 0.1}, False),  # eight times is not enough
        ({"de": 0.6, "nl": 0.3}, False),
        ({"ur": 0.64, "en": 0.0}, False),
    ],
)
def test_a_part_is_confirmed_only_with_certainty(probability, is_believed):
    assert believed(probability, max(probability, key=probability.get), "en") is is_believed


def test_a_change_costs_the_same_wherever_it_is():
    heard = [ENGLISH, GERMAN, ENGLISH, GERMAN, GERMAN, GERMAN, GERMAN, ENGLISH, ENGLISH]
    path = course(film(*heard), "en")
    assert sum(before != after for before, after in pairwise(path)) == 2
    assert path[3:7] == ["de"] * 4
