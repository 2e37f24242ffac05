"""What commands and views show on a machine with several GPUs."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from orchestrator import cli
from orchestrator.commands import doctor
from orchestrator.environments import registry
from orchestrator.errors import OK
from orchestrator.machine.answers import Answer
from orchestrator.run_state.states import StepState
from orchestrator.stages.catalog import STAGES
from orchestrator.views import columns
from orchestrator.views.plain import describe
from tests.orchestrator.machines import YES, machine

MACHINES = Path(__file__).resolve().parents[2] / "data" / "machines"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def shown(capsys, *words):
    assert cli.main([*words]) == OK
    return capsys.readouterr().out


def test_devices_lists_each_gpu_and_the_gpus_of_each_stage(capsys):
    file = str(MACHINES / "rtx-3090-and-3070.json")
    output = shown(capsys, "devices", "--machine", file)
    assert "pyannote  cuda:1        NVIDIA GeForce RTX 3070, 8 GB" in output
    asr = next(line for line in output.splitlines() if line.startswith("asr"))
    assert asr.split()[1] == "cuda:0,cuda:1"
    assert "batch size 6 on cuda:1" in asr
    stages = json.loads(shown(capsys, "devices", "--json", "--machine", file))["stages"]
    row = next(row for row in stages if row["stage"] == "asr")
    assert (row["device"], row["gpus"]) == ("cuda", ["cuda:0", "cuda:1"])


def test_with_one_gpu_no_number_is_shown(capsys):
    file = str(MACHINES / "rtx-3090.json")
    assert "cuda:" not in shown(capsys, "devices", "--machine", file)
    assert '"gpus": ["cuda' not in shown(capsys, "devices", "--json", "--machine", file)


def test_the_doctor_checks_every_gpu_in_a_process_that_sees_it_alone(monkeypatch):
    here = machine(here=True, pyannote={"cuda:0": YES, "cuda:1": Answer(name="Other", memory_mb=8000)})
    monkeypatch.setattr(doctor.profile, "here", lambda: here)
    monkeypatch.setattr(registry, "health", lambda _: None)
    seen = []

    def run_module(env, module, specs, *, timeout, variables):
        gpu = variables.get("CUDA_VISIBLE_DEVICES", "")
        seen.append(gpu)
        lines = [
            json.dumps({"stage": one["stage"], "ok": gpu != "1", "detail": "lost", "seconds": 1.0})
            for one in json.loads(specs)
        ]
        return SimpleNamespace(stdout="\n".join(lines), stderr="", returncode=0)

    monkeypatch.setattr(doctor, "run_module", run_module)
    rows = doctor.examine([STAGES["pyannote_vad"], STAGES["silero_vad"]])
    assert [(row.stage, row.device, row.verdict) for row in rows] == [
        ("pyannote_vad", "cuda:0", "ready"),
        ("pyannote_vad", "cuda:1", "not ready"),
        ("silero_vad", "cpu", "ready"),
    ]
    assert sorted(seen) == ["", "0", "1"]


def test_the_dashboard_and_the_plain_lines_name_the_gpu_at_work():
    waiting = StepState(name="asr", device="cuda", gpus=("cuda:0", "cuda:1"), env="whisperx")
    at_work = StepState(name="asr", device="cuda", gpu="cuda:1", status="starting", env="whisperx")
    left = columns.columns([waiting, at_work], 120)[0]
    device = next(column for column in left if column.title == "device")
    assert [device.cell(step, 0.0).strip() for step in (waiting, at_work)] == ["cuda", "cuda:1"]
    before = columns.columns([waiting], 120)[0]
    assert [column.width for column in before] == [column.width for column in left], "a column moved"
    assert describe(at_work) == "starting on cuda:1 in environment whisperx"
