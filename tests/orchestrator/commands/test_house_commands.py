"""`envs`, `models` and `doctor` as a person types them."""

from __future__ import annotations

import json

import pytest

from orchestrator import cli
from orchestrator.errors import ENVIRONMENT, OK, USAGE
from orchestrator.machine import profile
from tests import wheelhouse


@pytest.fixture
def house(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path


@pytest.fixture
def bare(house, monkeypatch):
    """A machine where nothing is installed yet."""
    monkeypatch.setenv("ORCHESTRATOR_ENVS", str(house / "envs"))
    for name in ("media", "models", "nlp", "pyannote", "whisperx"):
        wheelhouse.environment(house / "envs", name, {"pebble": ("1.0", "0" * 64)})
    return house


def test_envs_lists_what_is_not_installed_and_the_command_that_mends_it(bare, capsys):
    assert cli.main(["envs"]) == OK
    said = capsys.readouterr().out
    assert said.count("it is not installed") == 5
    assert "orchestrator envs sync" in said
    assert cli.main(["envs", "check", "nlp"]) == ENVIRONMENT


def test_envs_as_json_has_the_reason(bare, capsys):
    assert cli.main(["envs", "ls", "--json"]) == OK
    rows = json.loads(capsys.readouterr().out)
    assert {row["reason"] for row in rows} == {"it is not installed"}


@pytest.mark.parametrize(
    "words", [["envs", "sync", "nowhere"], ["envs", "rm"], ["models", "rm", "tiny.en"], ["doctor", "nothing"]]
)
def test_what_cannot_be_is_a_usage_error(house, words, capsys):
    assert cli.main(words) == USAGE
    assert "orchestrator:" in capsys.readouterr().err


def test_models_lists_the_embedded_ones_as_absent_where_they_are(bare, capsys):
    assert cli.main(["models", "ls", "--json"]) == OK
    rows = json.loads(capsys.readouterr().out)
    assert {row["name"]: row["state"] for row in rows if row["where"] == "embedded"} == dict.fromkeys(
        ("base", "tiny.en", "segmentation-3.0", "campplus"), "absent"
    )


def test_doctor_on_a_bare_machine_says_what_mends_it(bare, capsys):
    assert cli.main(["doctor", "--json"]) == ENVIRONMENT
    answer = json.loads(capsys.readouterr().out)
    assert not answer["ready"]
    stages = {row["stage"]: row for row in answer["stages"]}
    assert stages["asr"]["verdict"] == "not ready"
    assert stages["asr"]["mend"] == "orchestrator envs sync whisperx"
    assert stages["translation"]["verdict"] == "off"


@pytest.mark.env("media", "pyannote", "whisperx", "nlp", "models")
def test_doctor_makes_every_stage_work(house, capsys):
    status = cli.main(["doctor", "--json"])
    rows = {row["stage"]: row for row in json.loads(capsys.readouterr().out)["stages"]}
    assert {name: row["detail"] for name, row in rows.items() if row["verdict"] == "not ready"} == {}
    assert status == OK
    assert "589 frames" in rows["pyannote_vad"]["detail"]
    assert rows["asr"]["model"] == "base"


@pytest.mark.env("nlp")
def test_doctor_prints_a_table_for_people(house, capsys):
    assert cli.main(["doctor", "attribution"]) == OK
    said = capsys.readouterr().out
    assert "attribution" in said
    assert "everything is ready" in said
    assert profile.here().summary in said.replace("\n", "")


def test_lines_of_environments_that_are_made_at_once_do_not_run_together(monkeypatch):
    from orchestrator.environments.sync_progress import _Lines

    class Pipe:
        def __init__(self):
            self.written = []

        def write(self, text):
            self.written.append(text)

        def flush(self):
            pass

    pipe = Pipe()
    monkeypatch.setattr("sys.stderr", pipe)
    _Lines().say("media", "looking")
    assert pipe.written == ["media: looking\n"]
