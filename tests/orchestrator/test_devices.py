"""Which backends a stage gets on a machine, in which order, and what is said where it gets none."""

from __future__ import annotations

import json

import pytest

from orchestrator import devices, envs
from orchestrator import machine as machines
from orchestrator.errors import ENVIRONMENT, USAGE, FatalError
from orchestrator.machine import Answer
from orchestrator.stages import STAGES
from tests.orchestrator.machines import YES, machine, no

MAC = machine("darwin-arm64", pyannote={"mps": YES}, mlx={"mlx": YES})


def chosen(stage, on, model="", **asked):
    wanted = {"" if name == "everything" else name: device for name, device in asked.items()}
    return [backend.device for backend, _ in devices.choose(STAGES[stage], wanted, on, model)]


def test_a_machine_without_an_accelerator_has_its_cpu():
    assert chosen("asr", machine()) == ["cpu"]
    assert chosen("diarization", machine()) == ["cpu"]


def test_the_stage_s_own_order_holds():
    assert chosen("diarization", machine(pyannote={"cuda": YES})) == ["cuda", "cpu"]
    assert chosen("pyannote_vad", MAC) == ["mps", "mlx", "cpu"]
    assert chosen("asr", MAC) == ["mlx", "cpu"]


def test_one_environment_s_answer_says_nothing_of_another_and_that_is_said():
    split = machine(pyannote={"cuda": YES}, whisperx={"cuda": no("CTranslate2 finds no CUDA device")})
    [(backend, why)] = devices.choose(STAGES["asr"], {}, split)
    assert backend.device == "cpu"
    assert why == "cuda: CTranslate2 finds no CUDA device"


def test_a_mac_without_the_mlx_environment_says_what_mends_it():
    mac = machine("darwin-arm64", mlx={"mlx": no("its environment mlx is not ready: it is not installed")})
    [(backend, why)] = devices.choose(STAGES["asr"], {}, mac)
    assert (backend.device, why) == ("cpu", "mlx: its environment mlx is not ready: it is not installed")


def test_an_environment_that_is_not_ready_is_the_reason_and_not_the_machine(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    monkeypatch.setattr(envs, "health", lambda _: "it is not installed")
    why = machines.here().answer("mlx", "mlx").why_not
    assert why == "its environment mlx is not ready: it is not installed (orchestrator envs sync mlx)"


def test_what_is_asked_goes_first_and_the_others_stay_as_ways_out():
    assert chosen("diarization", machine(pyannote={"cuda": YES}), diarization="cpu") == ["cpu", "cuda"]


def test_a_device_for_all_stages_is_taken_by_those_that_can():
    both = machine(pyannote={"cuda": YES}, whisperx={"cuda": YES})
    assert chosen("asr", both, everything="cuda")[0] == "cuda"
    assert chosen("demux", both, everything="cuda") == ["cpu"]


def test_a_backend_is_left_out_for_a_model_that_it_cannot_run():
    assert chosen("diarization", MAC, model="pyannote/speaker-diarization-community-1") == ["mps", "cpu"]
    assert chosen("alignment", machine(whisperx={"cuda": YES}), model="pocketsphinx") == ["cpu"]
    assert chosen("alignment", machine(whisperx={"cuda": YES}), model="some/wav2vec2") == ["cuda", "cpu"]


def test_mlx_whose_device_is_the_cpu_is_taken_only_when_asked_for():
    linux = machine(mlx={"mlx": Answer(accelerator=False)})
    assert chosen("asr", linux) == ["cpu"]
    assert chosen("asr", linux, asr="mlx") == ["mlx", "cpu"]


def test_silero_leaves_the_cpu_only_when_asked_to():
    assert chosen("silero_vad", MAC) == ["cpu"]
    assert chosen("silero_vad", MAC, silero_vad="mlx") == ["mlx", "cpu"]


def test_a_device_that_the_machine_lacks_is_an_error_with_the_framework_s_reason_and_where_it_was_asked():
    poor = machine(whisperx={"cuda": no("CTranslate2 finds no CUDA device")})
    with pytest.raises(FatalError) as caught:
        devices.choose(STAGES["asr"], {"": "cuda"}, poor, "", {"": "WHISPERX_DEVICE"})
    assert (
        caught.value.message == "WHISPERX_DEVICE: asr cannot use cuda here: CTranslate2 finds no CUDA device"
    )
    assert caught.value.hint == "it can use: cpu"
    assert caught.value.status == ENVIRONMENT


@pytest.mark.parametrize("asked", [{"demux": "cuda"}, {"asr": "gpu"}, {"asrr": "cpu"}, {"everything": "tpu"}])
def test_what_cannot_be_is_a_usage_error(asked):
    with pytest.raises(FatalError) as caught:
        chosen(next(iter(asked)) if next(iter(asked)) in STAGES else "asr", machine(), **asked)
    assert caught.value.status == USAGE


def test_every_stage_can_run_on_a_cpu_and_what_is_checked_has_it_last():
    for stage in STAGES.values():
        assert "cpu" in [backend.device for backend in stage.backends]
        if any(backend.checked for backend in stage.backends):
            assert stage.backends[-1].device == "cpu"


@pytest.mark.env("pyannote")
def test_the_probe_itself_answers_and_is_remembered(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    monkeypatch.setattr(machines, "signs", lambda: True)
    told = machines.here().envs["pyannote"]
    assert set(told) == {"cuda", "mps"}
    assert json.loads(machines.memo("pyannote").read_text()).keys() == told.keys()
    assert machines.here().envs["pyannote"] == told


def test_a_probe_that_dies_is_said_and_not_remembered(tmp_path, monkeypatch):
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho 'Unable to load libcudnn_ops.so' >&2\nkill -ABRT $$\n")
    broken.chmod(0o755)
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    monkeypatch.setattr(machines, "signs", lambda: True)
    monkeypatch.setattr(envs, "health", lambda _: None)
    monkeypatch.setattr(envs, "python", lambda _: broken)
    why = machines.here().answer("whisperx", "cuda").why_not
    assert why == "the process that asked was killed by signal 6: Unable to load libcudnn_ops.so"
    assert not machines.memo("whisperx").exists()


def test_a_profile_is_read_back_as_it_was_written(tmp_path):
    file = tmp_path / "mac.json"
    file.write_text(json.dumps({"machine": MAC.to_json()}))
    again = machines.recorded(file)
    assert (again.to_json(), again.id, again.here) == (MAC.to_json(), MAC.id, False)


@pytest.mark.parametrize("text", ["", "[]", '{"platform": "x"}'])
def test_a_file_that_is_no_profile_is_a_sentence(tmp_path, text):
    file = tmp_path / "mac.json"
    file.write_text(text)
    with pytest.raises(FatalError, match="no profile of a machine"):
        machines.recorded(file)
