"""The device check: every device without a verdict is checked once, and then the next one."""

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


def test_after_a_rejected_device_the_next_one_is_checked(house, monkeypatch):
    compared = []

    def wrong(stage, choice, store, machine_id):
        compared.append(choice.backend.device)
        verdict = device_verdicts.Verdict(agrees=False, said="turns differ")
        return device_verdicts.keep(
            stage, choice.backend, choice.model, machine_id, verdict, this_run_only=True
        )

    monkeypatch.setattr(device_check, "_check", wrong)
    while device_check.compare_devices(plans()[0], None):
        pass
    assert compared == ["mps", "mlx"]
    assert plans()[1].backend.device == "cpu"


def test_without_the_reference_recording_the_cpu_is_used(house, monkeypatch, capsys):
    monkeypatch.setattr(device_check, "reference", lambda: None)
    rounds = 0
    while device_check.compare_devices(plans()[0], None):
        rounds += 1
    assert rounds == 2
    assert "the device check needs a recording" in capsys.readouterr().err


def test_a_model_in_a_folder_is_requested_by_its_path(house, tmp_path):
    own = dataclasses.replace(plans()[1].model, id="mine", path=tmp_path / "mine")
    assert device_check._name_of(own) == str(tmp_path / "mine")
    assert device_check._name_of(plans()[1].model) == "segmentation-3.0"


def test_of_several_gpus_one_of_each_model_is_checked(house, monkeypatch):
    other = dataclasses.replace(YES, name="Another GPU", memory_mb=8000)
    gpus = {"cuda:0": YES, "cuda:1": YES, "cuda:2": other, "cuda:3": other}
    here = machine(here=True, pyannote=gpus)
    monkeypatch.setattr("orchestrator.machine.profile.here", lambda: here)
    checked = []

    def right(stage, choice, store, machine_id):
        checked.append(choice.device)
        return device_check._store_verdict(
            stage, choice, machine_id, device_verdicts.Verdict(agrees=choice.device == "cuda:0", said="so")
        )

    def plans():
        choice = choices.choose(STAGES["pyannote_vad"], {}, {}, machine=here, offline=True).choices[0]
        step = SimpleNamespace(stage=STAGES["pyannote_vad"], choices=(choice,), choice=choice, verdict="run")
        return [SimpleNamespace(steps=[step])]

    monkeypatch.setattr(device_check, "_check", right)
    assert device_check.compare_devices(plans(), None)
    assert checked == ["cuda:0", "cuda:2"]
    assert plans()[0].steps[0].choice.device == "cuda:0,cuda:1"
    assert not device_check.compare_devices(plans(), None)
