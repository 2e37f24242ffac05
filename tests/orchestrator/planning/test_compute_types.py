"""The number formats of a family of models, which can differ from those of the device's framework."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.errors import FatalError
from orchestrator.machine.answers import Answer
from orchestrator.models import families
from orchestrator.planning import choices
from orchestrator.stages.catalog import STAGES
from stage_runners.frameworks import probe
from tests.orchestrator.machines import machine
from tests.stage_runners.parakeet import onnx_files


def taken(**asked):
    [choice] = choices.choose(STAGES["asr"], asked, {}, machine=machine(), offline=True).choices
    return choice.params["compute_type"]


def test_a_family_s_own_number_format_is_taken_and_others_are_refused(monkeypatch):
    assert taken(model="large-v3") == "int8"
    whisper, *others = families.ROLES["recognition"]
    exact = replace(whisper, compute_types={"cpu": ("float32", "bfloat16")})
    monkeypatch.setitem(families.ROLES, "recognition", (exact, *others))
    assert taken(model="large-v3") == "float32"
    assert taken(model="large-v3", compute_type="bfloat16") == "bfloat16"
    with pytest.raises(FatalError, match="asr: whisper on cpu cannot compute in int8") as caught:
        taken(model="large-v3", compute_type="int8")
    assert caught.value.hint == "use one of bfloat16, float32"


def test_the_number_format_is_one_that_the_model_s_folder_has_files_for(tmp_path):
    small = str(onnx_files.write(tmp_path / "small"))
    large = str(onnx_files.write(tmp_path / "large", float32=True))
    on = {"machine": machine(), "offline": True}
    kinds = [
        choices.choose(STAGES["asr"], {"model": folder}, {}, **on).choices[0].params["compute_type"]
        for folder in (small, large)
    ]
    assert kinds == ["int8", "float32"]
    with pytest.raises(FatalError, match="asr: parakeet on cpu cannot compute in int8"):
        choices.choose(STAGES["asr"], {"model": large, "compute_type": "int8"}, {}, **on)


def test_a_gpu_without_bfloat16_computes_and_is_recorded_in_float32(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "qwen3_asr", "thinker_config": {}}')
    (tmp_path / "model.safetensors").write_text("weights")

    def kind(*types, **asked):
        gpu = Answer(name="GPU", memory_mb=16000, compute_types=types)
        on = machine(qwen={"cuda": gpu})
        asked |= {"model": str(tmp_path)}
        return choices.choose(STAGES["asr"], asked, {}, machine=on, offline=True).choices[0].params

    old, new = ("float16", "float32"), ("bfloat16", "float16", "float32")
    assert [kind(*types)["compute_type"] for types in (old, new)] == ["float32", "bfloat16"]
    assert kind(*old, compute_type="float16")["compute_type"] == "float16"
    with pytest.raises(FatalError, match="asr: cuda on this machine cannot compute in bfloat16") as caught:
        kind(*old, compute_type="bfloat16")
    assert caught.value.hint == "use one of float16, float32"
    assert [probe.floating(bfloat16=known) for known in (False, True)] == [list(old), list(new)]
