"""What happened to the tracks of a film is told at the end, and what is drawn into a picture is planned by language."""

import pytest

from orchestrator.errors import FatalError
from orchestrator.stages import burn_in, translations
from orchestrator.stages.catalog import STAGES
from orchestrator.views import muxed


def told(**facts):
    return [text for text, _ in muxed.sentences({"stages": [{"stage": "mux", "facts": facts}]})]


def test_a_track_that_was_replaced_is_named():
    assert told(replaced=["subtitle track 0 (eng, subrip)"]) == [
        "the new film is without subtitle track 0 (eng, subrip): ours stands in its place"
    ]
    assert told(subtitle_languages=["en"]) == []


def test_who_is_the_default_track_is_said_where_it_is_not_ours_or_was_another():
    assert "as before: --default-subtitles shows ours" in told(default_elsewhere="subtitle track 0 (fre)")[0]
    assert told(default_elsewhere="none") == ["shown unasked is no track"]
    assert told(no_longer_default=["subtitle track 0 (fre)"]) == [
        "subtitle track 0 (fre) is no longer shown unasked: ours is"
    ]


def test_the_language_that_is_drawn_is_read_from_its_own_subtitles_or_from_what_is_spoken():
    stages = translations.added(STAGES, translations.Wanted(languages=("en",))).stages
    burn = burn_in.added(stages, "en", ("en",), None)["burn"]
    assert burn.off == ""
    assert [i.source for i in burn.inputs[-2:]] == ["subtitles-en.cues", "subtitles-en.ass"]
    assert [i.source for i in burn_in.added(stages, "spoken", ("en",), None)["burn"].inputs] == [
        "film", "subtitles.cues", "subtitles.ass",
    ]  # fmt: skip
    assert burn_in.added(stages, None, (), None)["burn"].off


@pytest.mark.parametrize(
    ("language", "spoken", "says"),
    [("movie.mp4", None, "no language"), ("yes", None, "no language"), ("en", "hi", "speaks hi")],
)
def test_what_nobody_makes_is_not_drawn(language, spoken, says):
    with pytest.raises(FatalError, match=says):
        burn_in.added(STAGES, language, (), spoken)
