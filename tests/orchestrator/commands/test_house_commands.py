"""`orchestrator envs`, `models` and `doctor`."""

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


def test_envs_lists_missing_environments_and_the_command_that_repairs_them(bare, capsys):
    assert cli.main(["envs"]) == OK
    output = capsys.readouterr().out
    assert output.count("it is not installed") == 5
    assert "orchestrator envs sync" in output
    assert cli.main(["envs", "check", "nlp"]) == ENVIRONMENT


def test_envs_as_json_has_the_reason(bare, capsys):
    assert cli.main(["envs", "ls", "--json"]) == OK
    rows = json.loads(capsys.readouterr().out)
    assert {row["reason"] for row in rows} == {"it is not installed"}


@pytest.mark.parametrize(
    "words", [["envs", "sync", "nowhere"], ["envs", "rm"], ["models", "rm", "tiny.en"], ["doctor", "nothing"]]
)
def test_unknown_names_are_usage_errors(house, words, capsys):
    assert cli.main(words) == USAGE
    assert "orchestrator:" in capsys.readouterr().err


def test_models_lists_embedded_models_as_missing_if_they_are_not_installed(bare, capsys):
    assert cli.main(["models", "ls", "--json"]) == OK
    rows = json.loads(capsys.readouterr().out)
    assert {row["name"]: row["state"] for row in rows if row["where"] == "embedded"} == dict.fromkeys(
        ("base", "tiny.en", "segmentation-3.0", "campplus"), "absent"
    )


def test_doctor_on_a_bare_machine_prints_the_repair_commands(bare, capsys):
    assert cli.main(["doctor", "--json"]) == ENVIRONMENT
    answer = json.loads(capsys.readouterr().out)
    assert not answer["ready"]
    stages = {row["stage"]: row for row in answer["stages"]}
    assert stages["asr"]["verdict"] == "not ready"
    assert stages["asr"]["mend"] == "orchestrator envs sync whisperx"
    assert stages["translation"]["verdict"] == "off"


@pytest.mark.slow
@pytest.mark.env("media", "pyannote", "whisperx", "nlp", "models")
def test_doctor_runs_a_job_in_every_stage(house, capsys):
    status = cli.main(["doctor", "--json"])
    rows = {row["stage"]: row for row in json.loads(capsys.readouterr().out)["stages"]}
    assert {name: row["detail"] for name, row in rows.items() if row["verdict"] == "not ready"} == {}
    assert status == OK
    assert "589 frames" in rows["pyannote_vad"]["detail"]
    assert rows["asr"]["model"] == "base"


@pytest.mark.env("nlp")
def test_doctor_prints_a_table_for_people(house, capsys):
    assert cli.main(["doctor", "attribution"]) == OK
    output = capsys.readouterr().out
    assert "attribution" in output
    assert "everything is ready" in output
    assert profile.here().summary in output.replace("\n", "")


def test_progress_lines_of_parallel_installations_do_not_mix(monkeypatch):
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
