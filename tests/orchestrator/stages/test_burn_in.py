"""The language of burned-in subtitles is planned by what was asked for and what is spoken."""

import pytest

from orchestrator.errors import FatalError
from orchestrator.stages import burn_in, translations, translators
from orchestrator.stages.catalog import STAGES


def test_the_language_that_is_drawn_is_read_from_its_own_subtitles_or_from_what_is_spoken():
    stages = translations.added(STAGES, translators.Wanted(languages=("en",))).stages
    burn = burn_in.added(stages, "en", ("en",), None)["burn"]
    assert burn.off == ""
    assert [i.source for i in burn.inputs[-2:]] == ["subtitles-en.cues", "subtitles-en.ass"]
    assert [i.source for i in burn_in.added(stages, "spoken", ("en",), None)["burn"].inputs] == [
        "film", "subtitles.cues", "subtitles.ass",
    ]  # fmt: skip
    assert burn_in.added(stages, None, (), None)["burn"].off


@pytest.mark.parametrize(
    ("language", "spoken", "says"),
    [
        ("movie.mp4", None, "unknown language"),
        ("yes", None, "unknown language"),
        ("en", "hi", "source language is hi"),
    ],
)
def test_subtitles_that_are_not_made_are_not_burned_in(language, spoken, says):
    with pytest.raises(FatalError, match=says):
        burn_in.added(STAGES, language, (), spoken)
