"""Device requests by stage from every place, including the variables of earlier tools."""

# ruff: noqa: F811  (the fixture `place` is an argument)

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orchestrator import cli
from orchestrator.config import environment
from orchestrator.errors import ENVIRONMENT, OK, USAGE, FatalError
from orchestrator.planning import stage_settings
from tests.orchestrator.places import LINUX_MLX, MAC, NVIDIA, place  # noqa: F401

MACHINES = Path(__file__).parents[2] / "data" / "machines"


def devices(asked, where=NVIDIA):
    return stage_settings.devices(asked, where)


def test_device_options_add_up_and_the_last_one_counts(place):
    asked = place.settings("--device", "asr=mlx,diarization=cuda", "--device", "asr=cpu", "--device", "cuda")
    assert devices(asked) == {"asr": "cpu", "diarization": "cuda", "": "cuda"}


def test_a_device_for_all_stages_overrides_a_lower_place_s_device_for_one(place):
    place.config('[device]\nasr = "mlx"\npyannote-vad = "cuda"')
    place.environment(ORCHESTRATOR_DEVICE="diarization=cuda")
    assert devices(place.settings()) == {"asr": "mlx", "pyannote_vad": "cuda", "diarization": "cuda"}
    assert devices(place.settings("--device", "asr=cpu"))["pyannote_vad"] == "cuda"
    assert devices(place.settings("--device", "cpu")) == {"": "cpu"}
    assert place.settings().sources()["device.asr"] == "config.toml"


def test_auto_lets_a_stage_choose_its_device(place):
    place.config('device = "cuda"')
    resolved = devices(place.settings("--device", "asr=auto"))
    assert "asr" not in resolved
    assert "" not in resolved
    assert resolved["diarization"] == "cuda"
    assert devices(place.settings("--device", "auto")) == {}


@pytest.mark.parametrize(
    "text",
    [
        'device = "asr=cuda:0,cuda:1,diarization=cpu"',
        'device = ["asr=cuda:0-1", "diarization=cpu"]',
        '[device]\nasr = "cuda:0,cuda:1"\ndiarization = "cpu"',
        '[device]\nasr = ["cuda:1", "cuda:0"]\ndiarization = "cpu"',
    ],
)
def test_some_of_several_gpus_are_listed_in_every_place(place, text):
    expected = {"asr": "cuda:0,cuda:1", "diarization": "cpu"}
    assert devices(place.settings("--device", "asr=cuda:0,cuda:1,diarization=cpu")) == expected
    place.config(text)
    assert devices(place.settings()) == expected
    place.config("")
    place.allowed(text)
    assert devices(place.settings()) == expected
    place.environment(ORCHESTRATOR_DEVICE="asr=cuda:1, cuda:0,diarization=cpu")
    assert devices(place.settings()) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["cuda:0,cuda:1"], {"": "cuda:0,cuda:1"}),
        (["asr=cuda:0,cpu"], {"asr": "cuda:0", "": "cpu"}),
        (["cuda:1,asr=cuda:0"], {"": "cuda:1", "asr": "cuda:0"}),
        (["asr=cuda:0", "--device", "cuda:1"], {"asr": "cuda:0", "": "cuda:1"}),
        (["asr=cuda:0", "--device", "asr=cuda:1"], {"asr": "cuda:1"}),
    ],
)
def test_a_gpu_with_a_number_goes_on_the_one_before_it_and_other_words_begin_anew(place, words, expected):
    assert devices(place.settings("--device", *words)) == expected


def test_a_list_of_gpus_alone_is_one_request(place):
    place.allowed('device = ["cuda:0", "cuda:2", "asr=cpu"]')
    assert devices(place.settings()) == {"": "cuda:0,cuda:2", "asr": "cpu"}


@pytest.mark.parametrize("device", ["cuda:x", "cuda:0,1", "cuda:3-1", "mps:0", "asr=cuda:0,cuda:"])
def test_a_gpu_that_cannot_be_is_an_error_with_a_hint(place, device):
    message, status = place.refused("--device", device)
    assert "there is no device" in message
    assert status == USAGE


@pytest.mark.parametrize("text", ['device = ["asr=cpu", "cuda"]', '[device]\nall = "cuda"\nasr = "cpu"'])
def test_a_device_in_a_file_can_be_text_a_list_or_a_table(place, text):
    place.allowed(text)
    assert devices(place.settings()) == {"": "cuda", "asr": "cpu"}


def test_an_unknown_device_is_an_error_that_names_its_place(place):
    place.environment(WHISPERX_DEVICE="cuda")
    asked = place.settings()
    assert stage_settings.device_places(asked)["asr"] == "WHISPERX_DEVICE=cuda"
    place.allowed('device = "asr=mlx"')
    assert stage_settings.device_places(place.settings())["asr"] == "movie.mp4.orchestrator.toml"
    assert stage_settings.device_places(place.settings("--device", "asr=cpu"))["asr"] == "--device asr=cpu"


@pytest.mark.env("models")
def test_the_plan_names_the_place_that_requested_a_missing_device(place, capsys):
    place.environment(WHISPERX_DEVICE="cuda")
    without = ["plan", str(place.film), "--machine", str(MACHINES / "plain-cpu.json")]
    assert cli.main(without) == ENVIRONMENT
    message = capsys.readouterr().err
    assert "WHISPERX_DEVICE=cuda: asr cannot use cuda here: " in message
    assert "use one of: cpu" in message
    assert cli.main([*without, "--device", "asr=cpu"]) == OK
    assert "asr: cpu: requested by --device asr=cpu" in capsys.readouterr().out


# --- variables of earlier tools


def carried(place, where, **values):
    place.environment(**values)
    return devices(place.settings(), where)


def test_whisperx_device_applies_to_recognition_and_to_an_aligner_with_that_device(place):
    assert carried(place, NVIDIA, WHISPERX_DEVICE="cuda") == {"asr": "cuda"}
    place.environment(ORCHESTRATOR_ALIGN_MODEL="WAV2VEC2_ASR_BASE_960H")
    assert carried(place, NVIDIA) == {"asr": "cuda", "alignment": "cuda"}
    assert carried(place, NVIDIA, WHISPERX_DEVICE="cpu") == {"asr": "cpu", "alignment": "cpu"}
    assert carried(place, NVIDIA, WHISPERX_DEVICE="auto") == {}


def test_apple_s_gpu_is_mlx_for_recognition_and_mps_for_an_aligner(place):
    assert carried(place, MAC, WHISPERX_DEVICE="mps") == {"asr": "mlx"}
    place.environment(ORCHESTRATOR_ALIGN_MODEL="WAV2VEC2_ASR_BASE_960H")
    assert carried(place, MAC) == {"asr": "mlx", "alignment": "mps"}


def test_mlx_on_the_cpu_does_not_count_as_apple_s_gpu(place):
    with pytest.raises(FatalError, match="WHISPERX_DEVICE=mps: asr cannot use mlx here"):
        carried(place, LINUX_MLX, WHISPERX_DEVICE="mps")


@pytest.mark.parametrize(
    ("backend", "where", "device"),
    [
        ("whisperx", NVIDIA, {"asr": "cuda"}),
        ("faster-whisper", MAC, {"asr": "cpu"}),
        ("mlx", MAC, {"asr": "mlx"}),
        ("mlx-whisper", LINUX_MLX, {"asr": "mlx"}),
        ("auto", MAC, {}),
    ],
)
def test_whisper_backend_selects_the_backend_of_recognition(place, backend, where, device):
    assert carried(place, where, WHISPER_BACKEND=backend) == device


def test_backend_and_device_are_combined_or_contradict(place):
    assert carried(place, NVIDIA, WHISPER_BACKEND="whisperx", WHISPERX_DEVICE="cpu")["asr"] == "cpu"
    assert carried(place, MAC, WHISPER_BACKEND="mlx", WHISPERX_DEVICE="mps")["asr"] == "mlx"
    place.environment(WHISPER_BACKEND="mlx", WHISPERX_DEVICE="cuda")
    message, status = place.refused()
    assert "WHISPERX_DEVICE=cuda and WHISPER_BACKEND=mlx: they contradict each other" in message
    assert status == USAGE


def test_use_gpu_diarization_selects_this_machine_s_accelerator_or_the_cpu(place):
    assert carried(place, NVIDIA, USE_GPU_DIARIZATION="true") == {
        "diarization": "cuda",
        "pyannote_vad": "cuda",
    }
    assert carried(place, MAC) == {"diarization": "mps", "pyannote_vad": "mps"}
    message, status = place.refused()
    assert "USE_GPU_DIARIZATION=true: diarization cannot use an accelerator here" in message
    assert "choose from: cpu" in message
    assert status == ENVIRONMENT
    assert carried(place, NVIDIA, USE_GPU_DIARIZATION="False") == {
        "diarization": "cpu",
        "pyannote_vad": "cpu",
    }


def test_indictrans2_device_applies_to_translation(place):
    assert carried(place, NVIDIA, INDICTRANS2_DEVICE="cuda") == {}
    assert place.settings().devices["translation"].devices == ("cuda",)


def test_variables_of_earlier_tools_set_model_compute_type_and_batch_size(place):
    place.environment(WHISPER_MODEL="large-v3", WHISPER_COMPUTE_TYPE="float16", BATCH_SIZE="4")
    asked = place.settings()
    assert stage_settings.params(asked)["asr"] == {
        "model": "large-v3",
        "compute_type": "float16",
        "batch_size": 4,
    }
    assert asked.sources()["batch_size"] == "environment BATCH_SIZE"


NONSENSE = {
    "WHISPERX_DEVICE": "tpu", "WHISPER_BACKEND": "vosk", "WHISPER_COMPUTE_TYPE": "float17", "BATCH_SIZE": "0",
    "USE_GPU_DIARIZATION": "perhaps", "INDICTRANS2_DEVICE": "cuda:1", "ORCHESTRATOR_DEVICE": "asr=gpu",
    "ORCHESTRATOR_BEAM_SIZE": "many", "ORCHESTRATOR_LANGUAGE": "Hindi", "ORCHESTRATOR_STRICT": "perhaps",
    "ORCHESTRATOR_OUTPUT_FORMAT": "srt,doc",
}  # fmt: skip


@pytest.mark.parametrize("name", NONSENSE)
def test_an_invalid_value_in_a_variable_is_an_error_that_names_it(place, name):
    place.environment(**{name: NONSENSE[name]})
    message, status = place.refused()
    assert f"{name}={NONSENSE[name]}: " in message
    assert status == USAGE


def test_variables_that_are_not_options_are_ignored_and_a_misspelt_one_is_reported(place):
    place.environment(
        ORCHESTRATOR_DEBUG="1", ORCHESTRATOR_ENVS="/x", ORCHESTRATOR_MODLE="base", ORCHESTRATOR_XYZ="1"
    )
    assert place.settings().value("model") is None
    assert environment.unknown(os.environ) == [
        ("ORCHESTRATOR_MODLE", "ORCHESTRATOR_MODEL"),
        ("ORCHESTRATOR_XYZ", ""),
    ]


@pytest.mark.parametrize(
    ("where", "expected"),
    [(NVIDIA, "did you mean cuda?"), (MAC, "did you mean mps?"), (LINUX_MLX, "none that can be used")],
)
def test_a_word_for_any_gpu_suggests_what_this_machine_has(place, monkeypatch, where, expected):
    monkeypatch.setattr("orchestrator.machine.profile.here", lambda: where)
    with pytest.raises(FatalError) as caught:
        place.settings("--device", "gpu")
    assert expected in caught.value.hint
    assert "cpu" not in caught.value.hint
