"""The language of burned-in subtitles is planned by what was asked for and what is spoken."""

import pytest

from orchestrator.errors import FatalError
from orchestrator.stages import burn_in, translations, translators
from orchestrator.stages.catalog import STAGES


def test_burn_in_reads_the_subtitles_of_the_requested_language():
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
def test_burning_in_an_unavailable_language_is_an_error(language, spoken, says):
    with pytest.raises(FatalError, match=says):
        burn_in.added(STAGES, language, (), spoken)
