"""Before a run every unknown device is compared, the next one in order too, and nothing is compared twice or for ever."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import pytest

from orchestrator.planning import choices, device_verdicts
from orchestrator.runs import device_check
from orchestrator.stages.catalog import STAGES
from tests.orchestrator.machines import YES, machine

MAC = machine("darwin-arm64", here=True, pyannote={"mps": YES}, mlx={"mlx": YES})


@pytest.fixture
def house(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    monkeypatch.setattr(device_verdicts, "_this_run", {})
    monkeypatch.setattr("orchestrator.machine.profile.here", lambda: MAC)


def plans(stage="pyannote_vad", model=None):
    """As much of a plan as is looked at."""
    found = choices.choose(STAGES[stage], {}, {}, machine=MAC, offline=True)
    choice = found.choices[0]
    if model is not None:
        choice = dataclasses.replace(choice, model=model)
    step = SimpleNamespace(stage=STAGES[stage], choices=(choice,), choice=choice, verdict="run")
    return [SimpleNamespace(steps=[step])], choice


def test_a_device_that_is_refused_gives_way_to_one_that_is_compared_in_its_turn(house, monkeypatch):
    compared = []

    def wrong(stage, choice, store, machine_id):
        compared.append(choice.backend.device)
        verdict = device_verdicts.Verdict(agrees=False, said="its turns differ")
        return device_verdicts.keep(
            stage, choice.backend, choice.model, machine_id, verdict, this_run_only=True
        )

    monkeypatch.setattr(device_check, "_check", wrong)
    while device_check.compare_devices(plans()[0], None):
        pass
    assert compared == ["mps", "mlx"]
    assert plans()[1].backend.device == "cpu"


def test_without_the_recording_the_cpu_is_used_and_the_check_ends(house, monkeypatch, capsys):
    monkeypatch.setattr(device_check, "reference", lambda: None)
    rounds = 0
    while device_check.compare_devices(plans()[0], None):
        rounds += 1
    assert rounds == 2
    assert "could not be compared with the CPU" in capsys.readouterr().err


def test_a_model_of_one_s_own_folder_is_asked_for_by_its_folder(house, tmp_path):
    own = dataclasses.replace(plans()[1].model, id="mine", path=tmp_path / "mine")
    assert device_check._asked(own) == str(tmp_path / "mine")
    assert device_check._asked(plans()[1].model) == "segmentation-3.0"
