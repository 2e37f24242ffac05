"""Profiles: style guides in files, checked and turned into parameters of the stage `subtitles`."""

from __future__ import annotations

import pytest

from orchestrator import cli
from orchestrator.config import house_styles
from orchestrator.config.merge import settings
from orchestrator.config.run_options import AUDIENCES
from orchestrator.errors import USAGE, FatalError
from orchestrator.planning import stage_settings
from orchestrator.stages.catalog import STAGES
from tests.orchestrator.places import typed


def asked(*words):
    return settings(typed(*words), environ={})


def written(tmp_path, change, by):
    text = (house_styles.FOLDER / "default.toml").read_text()
    assert change in text
    file = tmp_path / "mine.toml"
    file.write_text(text.replace(change, by, 1))
    return file


def test_the_defaults_of_the_stage_equal_the_default_profile():
    params = house_styles.read("default").params_for("adult")
    defaults = STAGES["subtitles"].defaults()
    assert params == {name: defaults[name] for name in params}


@pytest.mark.parametrize("name", house_styles.names())
def test_every_profile_sets_every_parameter_that_the_default_one_sets(name):
    for audience in AUDIENCES:
        params = house_styles.read(name).params_for(audience)
        assert params.keys() == house_styles.read("default").params_for(audience).keys()
        assert all(name in STAGES["subtitles"].defaults() for name in params)


def test_children_get_lower_reading_speeds_in_every_profile():
    for name in house_styles.names():
        speeds = house_styles.read(name).reading
        for code, adult in speeds["adult"].items():
            assert speeds["children"].get(code, speeds["children"]["default"]) <= adult


def test_a_profile_sets_the_limits_and_an_option_overrides_it():
    params = stage_settings.params(asked("--profile", "netflix", "--max-line-width", "30"))["subtitles"]
    assert (params["max_line_width"], params["line_widths"]["ja"], params["reading_speeds"]["en"]) == (
        30,
        13,
        20,
    )
    params = stage_settings.params(asked("--profile", "netflix", "--max-cps", "15"))["subtitles"]
    assert (params["max_cps"], params["reading_speeds"]) == (15, {})


def test_a_line_width_option_caps_the_widths_of_all_languages(tmp_path):
    file = written(tmp_path, "default = 42\nzh = 16", "default = 20\nen = 42\nzh = 16")
    params = stage_settings.params(asked("--profile", str(file)))["subtitles"]
    assert (params["max_line_width"], params["line_widths"]["en"]) == (20, 42)
    params = stage_settings.params(asked("--profile", str(file), "--max-line-width", "30"))["subtitles"]
    assert (params["max_line_width"], params["line_widths"]["en"], params["line_widths"]["zh"]) == (
        30,
        30,
        16,
    )
    assert stage_settings.params(asked("--max-line-width", "16"))["subtitles"]["line_widths"]["ja"] == 16


def test_the_audience_selects_the_reading_speeds_for_children():
    assert stage_settings.params(asked("--audience", "children"))["subtitles"]["max_cps"] == 13
    slow = stage_settings.params(asked("--profile", "netflix", "--audience", "children"))["subtitles"]
    assert (slow["max_cps"], slow["reading_speeds"]["en"]) == (13, 17)


def test_a_file_can_be_a_profile(tmp_path):
    file = written(tmp_path, "lines = 2", "lines = 1")
    assert stage_settings.params(asked("--profile", str(file)))["subtitles"]["max_line_count"] == 1


@pytest.mark.parametrize(
    ("change", "by", "expected"),
    [
        ("lines = 2", "lines = 2.5", "limits.lines must be a whole number"),
        ("lines = 2", "lines = 9", "limits.lines must be a whole number from 1 to 4"),
        ("lines = 2", "line = 2", "limits.lines is missing"),
        ("lines = 2", "lines = 2\ncolour = 1", "limits.colour is not a key"),
        ("max_duration = 7.0", "max_duration = 0.5", "limits.min_duration is more than max_duration"),
        ("default = 42", "default = 12", "width.default must be a whole number from 16 to 200"),
        ("ja = 16", 'ja = "wide"', "width.ja must be a whole number"),
        ('form = "[NAME]"', 'form = "[]"', "speakers.form must be text that contains NAME"),
        ('labels = "change"', 'labels = "some"', "speakers.labels must be one of none, change, all"),
        (
            "[reading.children]\ndefault = 13",
            "[reading.children]\nen = 13",
            "reading.children.default is missing",
        ),
        ("[width]", "[width", "cannot be read as a profile"),
        ("[speakers]", "[sdh]\nsounds = 1\n[speakers]", "sdh.sounds must be true or false"),
    ],
)
def test_an_error_in_a_profile_names_file_and_key(tmp_path, change, by, expected):
    file = written(tmp_path, change, by)
    with pytest.raises(FatalError) as refused:
        house_styles.read(str(file))
    assert str(file) in refused.value.message
    assert expected in refused.value.message
    assert refused.value.status == USAGE


def test_an_unknown_profile_is_an_error_that_lists_the_profiles(capsys):
    assert cli.main(["profiles", "show", "nflx"]) == USAGE
    assert "bbc, default, netflix, netflix-sdh, youtube" in capsys.readouterr().err


def test_profiles_shows_a_profile(capsys):
    assert cli.main(["profiles", "show", "netflix"]) == 0
    assert "42 (zh 16, yue 16, ja 13" in capsys.readouterr().out
    assert cli.main(["profiles", "show", "default", "--toml"]) == 0
    assert capsys.readouterr().out == (house_styles.FOLDER / "default.toml").read_text()
    assert cli.main(["profiles"]) == 0
    assert "youtube" in capsys.readouterr().out
