"""Recognition reads the recording in which speech does not overlap, only if each speaker has a track."""

# ruff: noqa: F811  (the fixture `place` is an argument)

from __future__ import annotations

import pytest

from orchestrator.planning import stage_settings
from orchestrator.stages.catalog import STAGES
from tests.orchestrator.places import place  # noqa: F401


def sources(stages, name):
    return {one.name: one.source for one in stages[name].inputs}


@pytest.mark.parametrize("option", ["--speakers-by-track", "--speakers-by-channel"])
def test_recognition_and_alignment_read_what_was_laid_out_apart(place, option):
    stages = stage_settings.stages(place.settings(option))
    assert stages["untangling"].off == ""
    assert sources(stages, "asr")["audio"] == "untangling.audio"
    assert sources(stages, "asr")["speech"] == "untangling.speech"
    assert sources(stages, "alignment")["audio"] == "untangling.audio"
    others = set(STAGES) - {"untangling", "asr", "alignment"}
    assert all(stages[name] == STAGES[name] for name in others)


def test_other_films_and_films_with_a_text_read_the_films_sound(place, tmp_path):
    text = tmp_path / "script.txt"
    text.write_text("Hello.\n")
    for words in ((), ("--speakers-by-track", "--text", str(text))):
        stages = stage_settings.stages(place.settings(*words))
        assert stages["untangling"].off
        assert stages["asr"] == STAGES["asr"]
        assert stages["alignment"] == STAGES["alignment"]
