from __future__ import annotations

import json

import pytest

from orchestrator import devices, envs
from orchestrator.errors import ENVIRONMENT, USAGE, FatalError
from orchestrator.stages import STAGES


@pytest.fixture
def answered(tmp_path, monkeypatch):
    """A machine with signs of an accelerator whose environments have been asked before; returns how to set answers."""
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    monkeypatch.setattr(devices, "_signs", lambda: True)
    monkeypatch.setattr(envs, "health", lambda _: None)

    def answer(env, **verdicts):
        file = devices.memo(env)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(verdicts))

    for env in ("pyannote", "whisperx", "media", "nlp"):
        answer(env)
    return answer


def chosen(stage, **asked):
    return [
        backend.device
        for backend in devices.choose(STAGES[stage], {"" if k == "all" else k: v for k, v in asked.items()})
    ]


def test_a_machine_without_a_sign_of_an_accelerator_has_its_cpu(monkeypatch):
    monkeypatch.setattr(devices, "_signs", lambda: False)
    assert devices.available("pyannote") == ("cpu",)


def test_the_stage_s_own_order_holds(answered):
    answered("pyannote", cuda="", mps="no such backend")
    assert chosen("diarization") == ["cuda", "cpu"]


def test_one_environment_s_answer_says_nothing_of_another(answered):
    answered("pyannote", cuda="")
    answered("whisperx", cuda="CTranslate2 finds no CUDA device")
    assert chosen("asr") == ["cpu"]


def test_what_is_asked_goes_first_and_the_others_stay_for_an_out_of_memory(answered):
    answered("pyannote", cuda="")
    assert chosen("diarization", diarization="cpu") == ["cpu", "cuda"]


def test_a_device_for_all_stages_is_taken_by_those_that_can(answered):
    answered("whisperx", cuda="")
    answered("pyannote", cuda="")
    assert chosen("asr", all="cuda")[0] == "cuda"
    assert chosen("demux", all="cuda") == ["cpu"]


def test_a_device_that_the_machine_lacks_is_an_error_with_the_framework_s_reason(answered):
    answered("whisperx", cuda="CTranslate2 finds no CUDA device")
    with pytest.raises(FatalError, match="finds no CUDA device") as caught:
        chosen("asr", all="cuda")
    assert caught.value.status == ENVIRONMENT
    assert "cpu" in caught.value.hint


@pytest.mark.parametrize("asked", [{"demux": "cuda"}, {"asr": "gpu"}, {"asrr": "cpu"}])
def test_what_cannot_be_is_a_usage_error(answered, asked):
    with pytest.raises(FatalError) as caught:
        chosen(next(iter(asked)) if next(iter(asked)) in STAGES else "asr", **asked)
    assert caught.value.status == USAGE


@pytest.mark.env("pyannote")
def test_the_probe_itself_answers_and_is_remembered(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    monkeypatch.setattr(devices, "_signs", lambda: True)
    found = devices.verdicts("pyannote")
    assert set(found) == {"cuda", "mps"}
    assert json.loads(devices.memo("pyannote").read_text()) == found
    assert devices.available("pyannote")[-1] == "cpu"
