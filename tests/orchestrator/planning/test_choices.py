"""The ways to run a stage: models and parameters by device, excluded devices, and smaller models last."""

from __future__ import annotations

import pytest

from orchestrator.errors import FatalError
from orchestrator.machine.answers import Answer
from orchestrator.planning import choices, memory_limits
from orchestrator.stages.catalog import STAGES
from tests.orchestrator.machines import YES, machine

GPU = machine(whisperx={"cuda": Answer(name="GPU", memory_mb=24000, compute_types=("float16", "int8"))})


def ways(stage="asr", on=GPU, devices=None, smaller=False, **asked):
    found = choices.choose(STAGES[stage], asked, devices or {}, machine=on, offline=True, smaller=smaller)
    return [(c.backend.device, c.model.id if c.model else None, c.instead_of) for c in found.choices], found


def test_smaller_models_come_after_every_device_and_only_when_they_are_allowed():
    assert ways(model="large-v3")[0] == [("cuda", "large-v3", ""), ("cpu", "large-v3", "")]
    assert ways(model="large-v3", smaller=True)[0] == [
        ("cuda", "large-v3", ""),
        ("cpu", "large-v3", ""),
        ("cuda", "base", "large-v3"),
        ("cpu", "base", "large-v3"),
    ]


def test_english_only_and_multilingual_models_never_replace_each_other():
    assert {model for _, model, _ in ways(model="small", smaller=True)[0]} == {"small", "base"}
    assert {model for _, model, _ in ways(model="small.en", smaller=True)[0]} == {"small.en", "tiny.en"}


def test_a_model_of_unknown_size_has_no_smaller_fallback():
    assert {model for _, model, _ in ways(model="someone/whisper-hindi", smaller=True)[0]} == {
        "someone/whisper-hindi"
    }


def test_requested_parameters_stay_and_the_rest_depends_on_the_device():
    _, found = ways(model="large-v3", batch_size=3, compute_type="int8")
    first, second = found.choices
    assert (first.params["batch_size"], first.params["compute_type"]) == (3, "int8")
    assert second.params["batch_size"] == 3
    _, found = ways(model="large-v3", compute_type="float16")
    assert [choice.params["compute_type"] for choice in found.choices] == ["float16", "float16"]


def test_an_unsupported_compute_type_is_reported_before_the_run():
    with pytest.raises(FatalError, match="asr: cuda on this machine cannot compute in bfloat16") as caught:
        ways(compute_type="bfloat16")
    assert caught.value.hint == "use one of float16, int8"


def test_a_recommended_but_missing_model_is_named_and_the_embedded_one_used(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    here = machine(here=True, whisperx={"cuda": YES})
    rows, found = ways(on=here)
    assert rows[0] == ("cuda", "base", "")
    assert found.notes == (
        (
            "this machine could run large-v3 (large-v3 takes 10 GB in float16 with 24 windows): "
            "orchestrator models pull large-v3"
        ),
    )


def test_a_fallback_without_its_model_is_left_out_and_nothing_is_downloaded(monkeypatch, tmp_path):
    cached = tmp_path / "models--Systran--faster-whisper-small" / "snapshots" / "abc"
    cached.mkdir(parents=True)
    (cached / "model.bin").write_text("")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    here = machine("darwin-arm64", here=True, mlx={"mlx": YES})
    assert ways(on=here, model="small", smaller=True)[0][0][:2] == ("mlx", "small")


def test_a_recorded_limit_lowers_the_batch_size_unless_the_user_set_it(monkeypatch, tmp_path):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    here = machine(here=True, whisperx={"cuda": YES})
    first = ways(on=here, model="base")[1].choices[0]
    memory_limits.learn(STAGES["asr"], first.backend, first.model, first.params, here.id, failed=16, fitted=8)
    again = ways(on=here, model="base")[1].choices[0]
    assert again.params["batch_size"] == 8
    assert "batch size 8, because base ran out of memory with 16" in again.why
    assert ways(on=here, model="base", batch_size=20)[1].choices[0].params["batch_size"] == 20


def test_a_device_too_small_for_one_window_is_skipped_unless_requested(monkeypatch, tmp_path):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    here = machine(here=True, whisperx={"cuda": YES})
    first = ways(on=here, model="base")[1].choices[0]
    memory_limits.learn(STAGES["asr"], first.backend, first.model, first.params, here.id, failed=1, fitted=0)
    rows, found = ways(on=here, model="base")
    assert [device for device, *_ in rows] == ["cpu"]
    assert str(found.refused[0]).startswith("cuda is not used: base did not fit in the memory of cuda")
    assert ways(on=here, model="base", devices={"asr": "cuda"})[0][0][0] == "cuda"


def test_the_pyannote_pipeline_is_used_if_it_is_cached(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    here = machine(here=True)
    assert ways("diarization", on=here)[0] == [("cpu", "campplus", "")]
    place = tmp_path / "models--pyannote--speaker-diarization-community-1" / "snapshots" / "abc"
    place.mkdir(parents=True)
    (place / "config.yaml").write_text("pipeline:\n  params:\n    segmentation: $model/segmentation\n")
    (place / "segmentation").mkdir()
    (place / "segmentation" / "pytorch_model.bin").write_text("weights")
    rows, found = ways("diarization", on=here)
    assert rows == [("cpu", choices.COMMUNITY, "")]
    assert found.choices[0].why == "pyannote's own pipeline"
    assert ways("diarization", on=here, diarize_model="embedded")[0] == [("cpu", "campplus", "")]


def test_an_accelerator_without_a_check_is_no_fallback(monkeypatch, tmp_path):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    mac = machine("darwin-arm64", here=True, pyannote={"mps": YES}, mlx={"mlx": YES})
    assert [device for device, *_ in ways("pyannote_vad", on=mac)[0]] == ["mps", "cpu"]
    recorded = machine("darwin-arm64", pyannote={"mps": YES}, mlx={"mlx": YES})
    assert [device for device, *_ in ways("pyannote_vad", on=recorded)[0]] == ["mps", "mlx", "cpu"]


def test_a_plan_downloads_nothing_and_lists_the_needed_downloads(monkeypatch, tmp_path):
    def refuse(*_, **__):
        raise AssertionError("nothing is downloaded")

    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("orchestrator.models.download.download", refuse)
    here = machine(here=True)
    found = choices.choose(STAGES["asr"], {"model": "large-v3"}, {}, machine=here, fetch=False)
    assert found.choices[0].model.id == "large-v3"
    assert found.notes == ("large-v3 (about 3.1 GB) will be downloaded before the run starts",)
    with pytest.raises(FatalError, match="no recognition model named 'larg-v3'"):
        choices.choose(STAGES["asr"], {"model": "larg-v3"}, {}, machine=here, fetch=False)
