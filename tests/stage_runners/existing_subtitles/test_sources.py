"""Who speaks a cue, as existing subtitles say it, and in which language a track is."""

from __future__ import annotations

import pytest

from stage_runners.existing_subtitles.sources import _speakers, tracks

TEXT = "1\n00:00:01,000 --> 00:00:02,000\nAhoj\n"
HEAD = "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"


def ass(*rows):
    return HEAD + "".join(
        f"Dialogue: 0,0:00:{start:02}.00,0:00:{start + 1:02}.50,Default,{name},0,0,0,,{text}\n"
        for start, name, text in rows
    )


def test_the_speaker_of_each_time_at_which_one_speaks():
    rows = [(1, "Anna", "Hello."), (3, "Ben", "Oh."), (5, "Anna", "Come in."), (7, "Ben", "Thanks.")]
    found = _speakers(ass(*rows), "ass")
    assert found == {(1.0, 2.5): "Anna", (3.0, 4.5): "Ben", (5.0, 6.5): "Anna", (7.0, 8.5): "Ben"}
    both = _speakers(ass(*rows, (1, "Ben", "Hello, you.")), "ass")
    assert (1.0, 2.5) not in both


def test_a_name_that_every_cue_has_and_one_with_a_number_or_that_comes_once_are_none():
    assert (
        _speakers(ass((1, "Dialogue", "Hello."), (3, "Dialogue", "Oh."), (5, "Dialogue", "Yes.")), "ass")
        == {}
    )
    assert (
        _speakers(ass((1, "MAN 1", "Hello."), (3, "MAN 1", "Oh."), (5, "Eve", "Yes."), (7, "", "No.")), "ass")
        == {}
    )


@pytest.mark.parametrize(
    ("stated", "code"), [("cze", "cs"), ("ger", "de"), ("fra", "fr"), ("und", ""), ("", "")]
)
def test_a_track_has_the_code_of_its_language_that_the_rules_for_names_know(stated, code):
    row = {
        "track": "subtitle track 0",
        "language": stated,
        "text": "1\n00:00:01,000 --> 00:00:02,000\nAhoj\n",
    }
    (found,) = tracks([row], 60.0)
    assert (found.language, len(found.cues)) == (code, 1)
