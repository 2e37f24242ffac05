"""Names of the speakers from the lines of a known text."""

from __future__ import annotations

from stage_runners.naming import by_text
from tests.stage_runners.rows import said


def line(start, end, speaker):
    return {"start": start, "end": end, "speaker": speaker}


def names(lines, words):
    return {one.speaker: one.name for one in by_text.names(lines, words)}


WORDS = said("one two three four five six", 0.0, speaker="SPEAKER_00") + said(
    "seven eight nine ten eleven twelve", 10.0, speaker="SPEAKER_01"
)


def test_a_voice_gets_the_name_of_most_of_its_lines():
    lines = [
        line(10.0, 12.2, "RAJ"),
        line(0.0, 1.5, "ADITI"),
        line(1.5, 2.1, "RAJ"),
        line(None, None, "NOBODY"),
    ]
    assert names(lines, WORDS) == {"SPEAKER_00": "ADITI", "SPEAKER_01": "RAJ"}


def test_lines_with_another_voice_and_names_without_one_are_counted():
    lines = [
        line(10.0, 12.2, "RAJ"),
        line(0.0, 1.5, "ADITI"),
        line(1.5, 2.1, "RAJ"),
        line(2.0, 2.1, "NARRATOR"),
        line(None, None, "NOBODY"),
    ]
    named = {"SPEAKER_00": "ADITI", "SPEAKER_01": "RAJ"}
    assert by_text.overruled(lines, WORDS, named) == (1, ("NARRATOR",))
    assert by_text.overruled(lines, WORDS, {}) == (0, ("RAJ", "ADITI", "NARRATOR"))


def test_two_voices_may_have_one_name():
    assert names([line(0.0, 12.2, "ADITI")], WORDS) == {"SPEAKER_00": "ADITI", "SPEAKER_01": "ADITI"}


def test_a_voice_that_speaks_the_lines_of_two_alike_gets_no_name():
    lines = [line(0.0, 1.05, "ADITI"), line(1.05, 2.1, "RAJ")]
    assert names(lines, WORDS) == {}


def test_lines_without_names_and_a_moment_of_speech_name_nobody():
    assert names([line(0.0, 2.0, None)], WORDS) == {}
    assert names([line(0.0, 0.5, "ADITI")], WORDS) == {}
