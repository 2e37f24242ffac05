"""The language of a transcript."""

from __future__ import annotations

from stage_runners.subtitles.languages import language_of
from tests.stage_runners.rows import segment


def test_the_language_is_the_one_spoken_longest():
    rows = [
        segment(0, 0, 2, language="de"),
        segment(1, 2, 9, language="en"),
        segment(2, 9, 10, language="de"),
    ]
    assert language_of(rows) == "en"
    assert language_of([]) == "und"


def test_without_speech_the_language_is_the_one_that_was_asked_for():
    assert language_of([], "en") == "en"
    assert language_of([], "eng") == "en"
    assert language_of([segment(0, 0, 2, language="de")], "en") == "de"
