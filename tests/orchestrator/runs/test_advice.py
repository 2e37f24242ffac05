"""The line after a run about what would be better: once for each machine and model."""

from __future__ import annotations

import pytest

from orchestrator.config.run_options import RunOptions
from orchestrator.config.settings import Settings
from orchestrator.config.values import Value
from orchestrator.runs import advice
from tests.orchestrator.machines import machine


@pytest.fixture(autouse=True)
def own_places(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("orchestrator.machine.profile.here", lambda: machine(cores=8, here=True))


def settings(model=None, *, offline=False):
    chosen = {"model": Value(value=model, source="--model", words=f"--model {model}")} if model else {}
    return Settings(run=RunOptions(offline=offline), chosen=chosen, shadowed={}, devices={})


def run(language="hi", model="base", status="done", exit_status=0):
    """The part of a `run.json` that matters. Hindi has no other engine than Whisper."""
    stages = [{"stage": "asr", "status": status, "model": model}]
    return {"exit_status": exit_status, "films": [{"language": language, "stages": stages}]}


def said(capsys, *arguments, silent=False):
    advice.after(*arguments, silent=silent)
    return capsys.readouterr().err


def test_a_run_tells_once_what_would_be_better_and_the_command(capsys, monkeypatch):
    told = said(capsys, run(), [settings()])
    assert told.startswith("orchestrator: fewer errors are possible on this machine, by small (")
    assert told.endswith(": orchestrator setup --language hi\n")
    assert told.count("\n") == 1
    assert said(capsys, run(), [settings()]) == ""
    monkeypatch.setattr(
        "orchestrator.machine.profile.here", lambda: machine(cores=16, platform="other", here=True)
    )
    assert "possible on this machine, by small" in said(capsys, run(), [settings()])


@pytest.mark.parametrize(
    ("content", "chosen"),
    [
        (run(), settings("base")),  # the user named a model
        (run(), settings(offline=True)),
        (run(model="small"), settings()),
        (run(language=""), settings()),  # nobody speaks
        (run(status="cached"), settings()),
        (run(exit_status=1), settings()),
    ],
)
def test_it_says_nothing_where_that_is_not_wanted_and_does_not_count_it_as_told(content, chosen, capsys):
    assert said(capsys, content, [chosen]) == ""
    assert said(capsys, run(), [settings()]) != ""


def test_a_run_for_a_program_tells_nothing_and_leaves_it_to_the_next_one(capsys):
    assert said(capsys, run(), [settings()], silent=True) == ""
    assert said(capsys, run(), [settings()]) != ""
