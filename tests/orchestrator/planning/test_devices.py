"""Which backends a stage gets on a machine, in which order, and what is said where it gets none."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ipc.declaration import on
from orchestrator.environments import registry
from orchestrator.errors import ENVIRONMENT, USAGE, FatalError
from orchestrator.machine import answers as machine_answers
from orchestrator.machine import hardware
from orchestrator.machine import profile as machines
from orchestrator.machine.answers import Answer
from orchestrator.paths import home
from orchestrator.planning import devices
from orchestrator.stages.catalog import STAGES
from stage_runners.frameworks import probe
from tests.orchestrator.machines import YES, machine, no

MAC = machine("darwin-arm64", pyannote={"mps": YES}, mlx={"mlx": YES})


def chosen(stage, on, model="", **asked):
    wanted = {"" if name == "everything" else name: device for name, device in asked.items()}
    return [backend.device for backend, _ in devices.choose(STAGES[stage], wanted, on, model)]


def test_a_machine_without_an_accelerator_has_its_cpu():
    assert chosen("asr", machine()) == ["cpu"]
    assert chosen("diarization", machine()) == ["cpu"]


def test_devices_are_tried_in_the_order_of_the_stage():
    assert chosen("diarization", machine(pyannote={"cuda": YES})) == ["cuda", "cpu"]
    assert chosen("pyannote_vad", MAC) == ["mps", "mlx", "cpu"]
    assert chosen("asr", MAC) == ["mlx", "cpu"]


def refused(stage, on, model="", **asked):
    wanted = {"" if name == "everything" else name: device for name, device in asked.items()}
    return tuple(map(str, devices.unusable(STAGES[stage], wanted, on, model)))


def test_an_environment_s_answer_does_not_apply_to_another():
    split = machine(pyannote={"cuda": YES}, whisperx={"cuda": no("CTranslate2 finds no CUDA device")})
    assert chosen("asr", split) == ["cpu"]
    assert refused("asr", split) == ("cuda is not used: CTranslate2 finds no CUDA device",)
    assert refused("diarization", split) == ()


def test_a_mac_without_the_mlx_environment_gets_a_hint_to_repair_it():
    mac = machine("darwin-arm64", mlx={"mlx": no("its environment mlx is not ready: it is not installed")})
    assert chosen("asr", mac) == ["cpu"]
    assert refused("asr", mac) == ("mlx is not used: its environment mlx is not ready: it is not installed",)


def test_an_nvidia_gpu_that_no_framework_can_use_is_reported():
    broken = no("the probe of ctranslate2 was killed by signal 6: Unable to load libcudnn_ops.so")
    box = machine(gpus=("NVIDIA GeForce RTX 3090",), whisperx={"cuda": broken}, pyannote={"cuda": broken})
    assert chosen("asr", box) == ["cpu"]
    assert refused("asr", box) == (f"cuda is not used: {broken.why_not}",)
    assert refused("alignment", box, model="pocketsphinx") == ()


def test_missing_later_or_unrequested_devices_are_not_mentioned():
    assert refused("asr", machine()) == ()
    assert (
        refused("pyannote_vad", machine("darwin-arm64", pyannote={"mps": YES}, mlx={"mlx": no("broken")}))
        == ()
    )
    box = machine(gpus=("NVIDIA GeForce RTX 3090",), whisperx={"cuda": no("broken")})
    assert refused("asr", box, asr="cpu") == refused("asr", box, everything="cpu") == ()


def test_an_environment_that_is_not_ready_is_given_as_the_reason(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    monkeypatch.setattr(registry, "health", lambda _: "it is not installed")
    why = machines.here().answer("mlx", "mlx").why_not
    assert why == "the environment mlx is not ready: it is not installed (orchestrator envs sync mlx)"


def test_the_requested_device_is_first_and_the_others_are_fallbacks():
    assert chosen("diarization", machine(pyannote={"cuda": YES}), diarization="cpu") == ["cpu", "cuda"]


def test_a_device_for_all_stages_applies_only_to_stages_that_support_it():
    both = machine(pyannote={"cuda": YES}, whisperx={"cuda": YES})
    assert chosen("asr", both, everything="cuda")[0] == "cuda"
    assert chosen("demux", both, everything="cuda") == ["cpu"]


def test_a_backend_that_cannot_run_the_model_is_dropped():
    assert chosen("diarization", MAC, model="pyannote/speaker-diarization-community-1") == ["mps", "cpu"]
    assert chosen("alignment", machine(whisperx={"cuda": YES}), model="pocketsphinx") == ["cpu"]
    assert chosen("alignment", machine(whisperx={"cuda": YES}), model="some/wav2vec2") == ["cuda", "cpu"]


def test_mlx_on_the_cpu_is_used_only_on_request():
    linux = machine(mlx={"mlx": Answer(accelerator=False)})
    assert chosen("asr", linux) == ["cpu"]
    assert chosen("asr", linux, asr="mlx") == ["mlx", "cpu"]


def test_silero_uses_an_accelerator_only_on_request():
    assert chosen("silero_vad", MAC) == ["cpu"]
    assert chosen("silero_vad", MAC, silero_vad="mlx") == ["mlx", "cpu"]


def test_a_missing_device_is_an_error_with_its_reason_and_where_it_was_requested():
    poor = machine(whisperx={"cuda": no("CTranslate2 finds no CUDA device")})
    with pytest.raises(FatalError) as caught:
        devices.choose(STAGES["asr"], {"": "cuda"}, poor, "", {"": "WHISPERX_DEVICE"})
    assert (
        caught.value.message == "WHISPERX_DEVICE: asr cannot use cuda here: CTranslate2 finds no CUDA device"
    )
    assert caught.value.hint == "use one of: cpu"
    assert caught.value.status == ENVIRONMENT


@pytest.mark.parametrize("asked", [{"demux": "cuda"}, {"asr": "gpu"}, {"asrr": "cpu"}, {"everything": "tpu"}])
def test_contradicting_options_are_a_usage_error(asked):
    with pytest.raises(FatalError) as caught:
        chosen(next(iter(asked)) if next(iter(asked)) in STAGES else "asr", machine(), **asked)
    assert caught.value.status == USAGE


def test_every_stage_can_run_on_a_cpu_and_tries_it_after_checked_backends():
    for stage in STAGES.values():
        assert "cpu" in [backend.device for backend in stage.backends]
        if any(backend.checked for backend in stage.backends):
            assert stage.backends[-1].device == "cpu"


def test_alignment_uses_the_probe_of_torch_and_recognition_that_of_ctranslate2():
    pascal = machine(whisperx={"cuda": YES, "cuda/torch": no("no kernel image is available")})
    assert chosen("asr", pascal) == ["cuda", "cpu"]
    assert chosen("alignment", pascal, model="some/wav2vec2") == ["cpu"]
    rocm = machine(whisperx={"cuda": no("CTranslate2 finds no CUDA device"), "cuda/torch": YES})
    assert chosen("asr", rocm) == ["cpu"]
    assert chosen("alignment", rocm, model="some/wav2vec2") == ["cuda", "cpu"]


def test_every_accelerator_of_a_stage_has_a_framework_to_probe():
    for stage in STAGES.values():
        for backend in stage.backends:
            if backend.device == "cpu":
                continue
            asked = machine_answers.FRAMEWORKS[backend.env]
            assert not backend.framework or backend.framework in asked
            assert any(backend.device in probe.FRAMEWORKS[name] for name in asked)


@pytest.fixture
def a_gpu_box(tmp_path, monkeypatch):
    """A home of its own, on a machine that looks as if it had a GPU and whose environments are healthy."""
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(hardware, "signs", lambda: True)
    return tmp_path


@pytest.fixture
def as_python(a_gpu_box, monkeypatch):
    """Run this shell script in place of every environment's Python; `$4` is the framework that is asked."""
    script = a_gpu_box / "python"
    monkeypatch.setattr(registry, "health", lambda _: None)
    monkeypatch.setattr(registry, "python", lambda _: script)

    def write(text):
        script.write_text(f"#!/bin/sh\necho $4 >> {a_gpu_box}/asked\n{text}\n")
        script.chmod(0o755)
        return lambda: (a_gpu_box / "asked").read_text().split()

    return write


@pytest.mark.env("whisperx")
@pytest.mark.env("pyannote")
@pytest.mark.parametrize(
    ("env", "devices"), [("pyannote", "cuda mps"), ("whisperx", "cpu cuda cuda/torch mps")]
)
def test_the_answers_of_a_real_probe_are_remembered(env, devices, a_gpu_box):
    told = machines.here().envs[env]
    assert sorted(told) == devices.split()
    assert all(answer.why_not for device, answer in told.items() if device != "cpu") or hardware.gpus()
    assert json.loads(machine_answers.memo(env).read_text()).keys() == told.keys()
    assert machines.here().envs[env] == told


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("kill -ABRT $$", "was killed by signal 6: Unable to load libcudnn_ops.so"),
        ("exit 3", "ended with 3: Unable to load libcudnn_ops.so"),
        ("echo '{}'; exit 3", "ended with 3: Unable to load libcudnn_ops.so"),
        ("echo hello", "ended with 0: Unable to load libcudnn_ops.so"),
    ],
)
def test_a_probe_that_dies_is_reported_and_not_remembered(how, said, as_python):
    as_python(f"echo 'Unable to load libcudnn_ops.so' >&2\n{how}")
    why = machines.here().answer("whisperx", "cuda").why_not
    assert why == f"the probe of ctranslate2 {said}"
    assert not machine_answers.memo("whisperx").exists()


def test_a_library_that_kills_one_framework_does_not_affect_the_other(as_python):
    as_python("""[ $4 = ctranslate2 ] && kill -ABRT $$; echo '{"cuda": {"name": "GPU"}}'""")
    here = machines.here()
    assert "signal 6" in here.answer("whisperx", "cuda").why_not
    assert here.answer("whisperx", "cuda", "torch") == Answer(name="GPU")


CARDS = (
    {"name": "A", "memory_mb": 24000},
    {"name": "B", "memory_mb": 8000},
    {"name": "A", "memory_mb": 24000},
)


def test_of_several_gpus_each_model_is_probed_once_alone(as_python):
    several, alone = json.dumps({"cuda": {**CARDS[0], "cards": CARDS}}), json.dumps({"cuda": CARDS[1]})
    asked = as_python(
        f"""if [ -z "$CUDA_VISIBLE_DEVICES" ]; then echo '{several}'; else echo '{alone}'; fi"""
    )
    here = machines.here()
    assert [here.answer("pyannote", f"cuda:{n}").name for n in range(3)] == ["A", "B", "A"]
    assert here.answer("pyannote", "cuda").name == "A"
    assert len(asked()) == 2
    assert machines.here().envs["pyannote"] == here.envs["pyannote"]
    assert len(asked()) == 2


def test_a_gpu_whose_probe_dies_is_not_used_beside_the_others(as_python):
    several = json.dumps({"cuda": {**CARDS[0], "cards": CARDS[:2]}})
    as_python(f"""[ "$CUDA_VISIBLE_DEVICES" = 1 ] && kill -ABRT $$; echo '{several}'""")
    here = machines.here()
    assert not here.answer("pyannote", "cuda:0").why_not
    assert "signal 6" in here.answer("pyannote", "cuda:1").why_not
    assert not machine_answers.memo("pyannote").exists()


@pytest.mark.parametrize("change", ["driver", "gpu", "shown", "lock", "build", "nothing"])
def test_an_environment_is_probed_again_only_after_a_relevant_change(change, as_python, monkeypatch):
    asked = as_python("""echo '{"cuda": {}}'""")
    machines.here().envs["pyannote"]
    if change == "driver":
        monkeypatch.setattr(hardware, "driver", lambda *_: "NVIDIA 999.1")
    elif change == "gpu":
        monkeypatch.setattr(hardware, "gpus", lambda *_: ("NVIDIA H200",))
    elif change == "shown":
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    elif change == "lock":
        monkeypatch.setattr(registry, "lock_hash", lambda _: "another")
    elif change == "build":
        monkeypatch.setattr(registry, "state", lambda _: {"torch_backend": "cu126"})
    machines.here().envs["pyannote"]
    assert asked() == ["torch"] * (1 if change == "nothing" else 2)


def test_a_machine_without_signs_of_an_accelerator_is_not_probed(as_python, monkeypatch):
    as_python("echo '{}'")
    monkeypatch.setattr(hardware, "signs", lambda: False)
    here = machines.here()
    for stage in STAGES.values():
        assert [backend.device for backend, _ in devices.choose(stage, {}, here)] == ["cpu"]
    assert here.id
    assert not (home() / "asked").exists()


def test_a_profile_is_read_back_as_it_was_written(tmp_path):
    file = tmp_path / "mac.json"
    file.write_text(json.dumps({"machine": MAC.to_json()}))
    again = machines.recorded(file)
    assert (again.to_json(), again.id, again.here) == (MAC.to_json(), MAC.id, False)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Expecting value"),
        ("[]", "Expected `object`, got `array`"),
        ('{"platform": "x"}', "missing required field `cpu`"),
        (
            '{"platform": "x", "cpu": "y", "cores": "8", "memory_mb": 1, "envs": {}}',
            "Expected `int`, got `str` - at `$.cores`",
        ),
        ("\xff", "can't decode"),
    ],
)
def test_an_invalid_profile_is_reported_with_the_place(tmp_path, text, why):
    file = tmp_path / "mac.json"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(FatalError, match="not the profile of a machine") as caught:
        machines.recorded(file)
    assert why in caught.value.message


def test_a_stage_that_stays_on_the_cpu_despite_a_gpu_states_the_reason():
    [(_, why)] = devices.choose(STAGES["silero_vad"], {}, MAC)
    assert why == "takes seconds; mlx would take longer to start"
    mac = machine("darwin-arm64", whisperx={"mps": YES})
    [(_, why)] = devices.choose(STAGES["alignment"], {}, mac, "auto")
    assert why == "alignment with auto is no faster on mps"
    assert devices.choose(STAGES["silero_vad"], {}, machine())[0][1] == ""


def test_a_model_runs_only_where_its_family_does():
    ours, theirs = ({"families": (name,)} for name in ("whisper", "other"))
    stage = replace(
        STAGES["asr"],
        backends=(
            on("cuda", "asr.runner", "whisperx", **ours),
            on("cpu", "asr.runner", "whisperx", **ours),
            on("mps", "asr.runner", "other", **theirs),
            on("cpu", "asr.runner", "other", **theirs),
        ),
    )
    mac = machine("darwin-arm64", other={"mps": YES})

    def envs(family, wanted=None):
        found = devices.choose(stage, wanted or {}, mac, "its name", None, family)
        return [(backend.env, backend.device) for backend, _ in found]

    assert envs("other") == [("other", "mps"), ("other", "cpu")]
    assert envs("whisper") == envs("") == [("whisperx", "cpu")]
    with pytest.raises(FatalError, match="asr cannot run on mps with the model its name"):
        envs("whisper", {"asr": "mps"})
    assert stage.on_cpu(stage.backends[2]).env == "other"
    assert stage.on_cpu(stage.backends[0]).env == "whisperx"
