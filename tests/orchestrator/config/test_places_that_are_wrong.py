"""Values of a wrong type, options set twice, and links to nothing: a sentence with the line to write."""

from __future__ import annotations

import pytest

from orchestrator.errors import USAGE, FatalError
from orchestrator.planning import named_speakers
from tests.orchestrator.places import place, typed

__all__ = ["place"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('threads = "2"', "write threads = 2"),
        ("threads = 2.0", "write threads = 2"),
        ('diarize = "no"', "write diarize = false"),
        ("diarize = 1", "write diarize = true"),
        ('diarize = "x"', "write true or false, without quotes"),
        ('max_cps = "17.5"', "write max_cps = 17.5"),
        ("cache_limit = 5", 'write cache_limit = "5"'),
        ('model = "base"\nmodel = "tiny"', "set twice: remove one"),
        ("[device]\n[device]", "set twice: remove one"),
    ],
)
def test_a_wrong_line_of_a_file_is_answered_with_the_right_one(place, text, said):
    place.config(text)
    message, status = place.refused()
    assert said in message
    assert str(place.user) in message
    assert status == USAGE


def test_a_list_in_a_file_is_the_same_as_words_with_commas(place):
    place.config('speakers = ["SPEAKER_00=A", "SPEAKER_01=B"]\ntarget_language = ["en", "de"]')
    settings = place.settings()
    assert settings.chosen["speakers"].value == "SPEAKER_00=A,SPEAKER_01=B"
    assert settings.run.target_language == "en,de"


@pytest.mark.parametrize("which", ["user", "job"])
def test_a_file_of_options_that_is_a_link_to_nothing_is_not_ignored(place, which):
    file = getattr(place, which)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.symlink_to("/disk/options.toml")
    message, status = place.refused()
    assert f"{file}: a link to /disk/options.toml, which does not exist" in message
    assert status == USAGE


def test_an_option_with_several_values_may_be_given_several_times():
    words = ("--speakers", "SPEAKER_00=A", "--speakers", "SPEAKER_01=B", "--output-format", "srt")
    layer = typed(*words, "--output-format", "vtt")
    assert layer.values["speakers"].value == "SPEAKER_00=A,SPEAKER_01=B"
    assert layer.values["output_format"].value == "srt,vtt"


def test_the_last_value_of_another_option_counts_and_the_lost_one_is_told(capsys):
    assert typed("--model", "tiny", "--model", "base").values["model"].value == "base"
    assert "--model tiny is replaced by --model base" in capsys.readouterr().err
    assert typed("--model", "base", "--model", "base").values["model"].value == "base"
    assert capsys.readouterr().err == ""


def test_two_speakers_without_a_comma_are_not_one_name():
    with pytest.raises(FatalError, match="'Bob SPEAKER_01=Al' is not a name") as caught:
        named_speakers._names("SPEAKER_00=Bob SPEAKER_01=Al", "--speakers")
    assert "comma" in caught.value.hint
