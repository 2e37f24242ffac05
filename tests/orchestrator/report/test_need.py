"""The review priority of a cue: a number that every reason raises, and the reasons in words."""

from __future__ import annotations

import pytest

from orchestrator.report import need
from orchestrator.report.need import Measured

FINE = Measured(cps=12.0, limit=17.0, speech=0.9, confidence=0.9)


def of(flags=(), **known):
    return need.of_cue(list(flags), Measured(**{"cps": 12.0, "limit": 17.0, **known}))


def test_a_cue_without_a_reason_needs_no_review():
    assert need.of_cue([], FINE) == (0.0, [])


def test_text_without_speech_has_a_higher_priority_than_slightly_fast_text():
    silent, why = of(speech=0.0)
    fast, told = of(["too_fast"], cps=18.0)
    assert silent > fast
    assert why == ["no speech detected here"]
    assert told == ["18.0 characters per second (limit 17)"]


def test_priority_grows_with_reading_speed():
    assert of(["too_fast"], cps=18)[0] < of(["too_fast"], cps=24)[0] < of(["too_fast"], cps=34)[0]


def test_two_reasons_weigh_more_than_one_but_never_more_than_1():
    one, two = of(["overlap"])[0], of(["overlap", "guessed_times"])[0]
    assert 0 < one < two < 1
    assert of(["overlap"] * 50, speech=0.0, confidence=0.1)[0] <= 1


def test_the_strongest_reason_stands_first():
    assert of(["too_long"], confidence=0.1)[1] == [
        "low-confidence words: 10% on average",
        "longer than the maximum duration",
    ]


def test_a_doubt_gives_its_own_reason_instead_of_that_of_its_flag():
    score, why = of(["doubtful"], doubts=[(0.8, "a second decode heard something else")])
    assert why == ["a second decode heard something else"]
    assert score == pytest.approx(0.8)


def test_an_unknown_flag_is_shown_by_its_name():
    assert of(["wide_open"])[1] == ["wide open"]


def test_a_missing_measurement_gives_no_reason():
    assert of(speech=None, confidence=None) == (0.0, [])


def test_missed_speech_has_a_priority_that_grows_with_its_certainty():
    sure, why = need.of_silence({"score": 0.9, "reasons": ["12 decodes gave nothing"]})
    unsure, _ = need.of_silence({"score": 0.3, "reasons": []})
    assert sure > unsure > 0
    assert why == ["speech was detected here, but there is no text", "12 decodes gave nothing"]


def test_a_cue_that_describes_a_sound_needs_a_review_only_if_it_breaks_a_limit():
    assert of(["sound"], speech=0.0) == (0.0, [])
    score, why = of(["sound", "too_long"], speech=0.0)
    assert (round(score, 2), why) == (0.1, ["longer than the maximum duration"])
