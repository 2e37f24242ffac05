"""A model of a place of lower rank gives way to a language that it does not know."""

# ruff: noqa: F811  (the fixture `place` is an argument)

from __future__ import annotations

import pytest

from orchestrator.models import families
from orchestrator.models import resolve as models
from tests.orchestrator.places import place  # noqa: F401

SAID = "model = parakeet (config.toml) does not know ja (--language ja): the model is chosen automatically"


def test_a_configured_model_gives_way_to_a_language_that_it_does_not_know(place):
    place.config('model = "parakeet"')
    asked = place.settings("--language", "ja")
    assert (asked.value("model"), asked.notices) == (None, (SAID,))
    place.config('model = "tiny.en"')
    assert place.settings("--language", "zh-Hant").value("model") is None


def test_a_file_in_the_current_folder_says_nothing_about_a_named_model(place, tmp_path, monkeypatch):
    (tmp_path / "config.json").write_text('{"vocab_size": 51864}')  # of Whisper for English alone
    monkeypatch.chdir(tmp_path)
    place.config('model = "large-v3"')
    assert place.settings("--language", "ja").value("model") == "large-v3"
    model = models.elsewhere("recognition", "large-v3")
    family = families.family("recognition", model.family)
    assert "ja" in family.languages(model.id, model.path)


@pytest.mark.parametrize("language", ["cs", "pt", ""])
def test_a_configured_model_stays_for_what_it_knows(place, language):
    place.config('model = "parakeet"')
    asked = place.settings(*(["--language", language] if language else []))
    assert (asked.value("model"), asked.notices) == ("parakeet", ())


def test_a_model_of_the_command_line_or_beside_the_language_is_not_replaced(place):
    assert place.settings("--model", "parakeet", "--language", "ja").value("model") == "parakeet"
    place.config('model = "parakeet"\nlanguage = "ja"')
    assert place.settings().value("model") == "parakeet"
    assert place.settings("--model", "tiny.en").value("model") == "tiny.en"
