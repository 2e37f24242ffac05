"""`orchestrator config` shows what an option does that nobody set."""

import json

import pytest

from orchestrator import cli


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    (tmp_path / "config.toml").touch()
    monkeypatch.setenv("ORCHESTRATOR_CONFIG", str(tmp_path / "config.toml"))


def row(capsys, key, *words):
    assert cli.main(["config", *words]) == 0
    return next(line for line in capsys.readouterr().out.splitlines() if line.startswith(f"{key} "))


def test_an_option_with_a_described_default_shows_the_description(capsys):
    assert "share the cores between the stages" in row(capsys, "threads")
    assert "share the cores" not in row(capsys, "threads", "--threads", "2")
    assert "set by the profile, 42" in row(capsys, "max_line_width")


def test_an_unset_switch_is_true_or_false_in_json(capsys):
    assert cli.main(["config", "--json"]) == 0
    values = {one["name"]: one["value"] for one in json.loads(capsys.readouterr().out)["options"]}
    assert (values["diarize"], values["mux"], values["offline"]) == (True, True, False)
