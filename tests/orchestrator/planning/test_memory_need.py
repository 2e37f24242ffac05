"""How much memory a stage takes with its model, and what is refused because it cannot fit."""

from __future__ import annotations

import dataclasses
import json
import os
import struct
from pathlib import Path

import pytest

from orchestrator.errors import USAGE, FatalError
from orchestrator.machine.answers import Answer
from orchestrator.models.weight_format import WIDEST, bytes_a_parameter
from orchestrator.planning import choices, memory_space
from orchestrator.planning.memory_need import Need, need
from orchestrator.planning.plan import Plan
from orchestrator.stages.catalog import STAGES
from tests.orchestrator.execution.test_decide import Simulation, situation, stage, step
from tests.orchestrator.machines import machine

MB = 1 << 20
GPU = Answer(name="GPU", memory_mb=24000, compute_types=("float16", "int8"))
QWEN = {"model_type": "qwen3_asr", "thinker_config": {"audio_config": {}}}


ALIGNER = {"model_type": "qwen3_asr", "thinker_config": {"classify_num": 5000}}
WHISPER = {"model_type": "whisper", "torch_dtype": "float32"}


def head(name, size, kind):
    """The head of a file of weights, which says their number format."""
    if name.endswith(".safetensors"):
        tensors = {"__metadata__": {}, "a": {"dtype": kind, "shape": [size], "data_offsets": [0, size]}}
        return struct.pack("<Q", len(text := json.dumps(tensors))) + text.encode()
    if name == "model.bin":
        first = struct.pack("<H6sBIBI4s", 6, b"scale\0", 1, 1, 0, 4, b"1234")
        weights = struct.pack(
            "<H7sBIIBI", 7, b"weight\0", 2, 512, 512, {"F32": 0, "I8": 1, "F16": 4}[kind], 0
        )
        return struct.pack("<IH5sII", 6, 5, b"spec\0", 3, 2) + first + weights
    return b""


def folder(path, config=None, kind="F16", **sizes_mb):
    """A model's folder whose files take no room on the disk."""
    path.mkdir()
    if config is not None:
        (path / "config.json").write_text(json.dumps(config))
    for name, size_mb in sizes_mb.items():
        with (path / name.replace("__", ".")).open("wb") as file:
            file.write(head(name.replace("__", "."), size_mb * MB, kind))
            file.flush()
            os.truncate(file.fileno(), size_mb * MB)
    return str(path)


def chosen(name="asr", memory_mb=32000, **asked):
    on = machine(memory_mb=memory_mb)
    return choices.choose(STAGES[name], asked, {}, machine=on, offline=True).choices


@pytest.fixture(autouse=True)
def no_digests(monkeypatch):
    monkeypatch.setattr("orchestrator.models.folders.folder_digest", lambda path: path.name)


def test_the_embedded_model_takes_what_its_stage_declares():
    assert chosen(model="base")[0].need.memory_mb == STAGES["asr"].resources.memory_mb


def test_a_large_model_takes_its_weights_in_the_number_format_and_the_process(tmp_path):
    model = folder(tmp_path / "1.7b", QWEN, model__safetensors=4700)
    full, half = (chosen(model=model, compute_type=kind)[0].need for kind in ("default", "bfloat16"))
    assert (full.weights_mb, half.weights_mb) == (9400, 4700)
    assert 10_400 < full.memory_mb < 13_000
    assert full.memory_mb - half.memory_mb == 4700
    whisper = folder(tmp_path / "large", {}, model__bin=3090)
    assert chosen(model=whisper)[0].need.weights_mb == 1545  # in int8
    assert 5000 < chosen(model=whisper)[0].need.memory_mb < 9000
    aligner = folder(tmp_path / "xlsr", {"model_type": "wav2vec2"}, pytorch_model__bin=1260)
    assert 2260 < chosen("alignment", align_model=aligner)[0].need.memory_mb < 3500


def test_of_weights_in_pieces_each_counts(tmp_path):
    names = [f"model-0000{number}-of-00002.safetensors" for number in (1, 2)]
    model = folder(tmp_path / "1.7b", QWEN, **dict.fromkeys(names, 2000))
    index = {"weight_map": dict(zip("ab", names, strict=True))}
    (Path(model) / "model.safetensors.index.json").write_text(json.dumps(index))
    assert chosen(model=model)[0].need.weights_mb == 8000


def test_weights_that_a_snapshot_holds_twice_count_once_and_by_the_format_of_the_file(tmp_path):
    twice = {"model__safetensors": 5900, "pytorch_model__bin": 5900}
    model = folder(tmp_path / "large-v2", WHISPER, "F32", **twice)
    needs = [chosen(model=model, compute_type=kind)[0].need.weights_mb for kind in ("float32", "int8")]
    assert needs == [5900, 1475]
    old = folder(tmp_path / "old", WHISPER, pytorch_model__bin=5900)
    assert chosen(model=old, compute_type="float32")[0].need.weights_mb == 5900
    unknown = folder(tmp_path / "unknown", {"model_type": "whisper"}, pytorch_model__bin=5900)
    assert chosen(model=unknown, compute_type="float32")[0].need.weights_mb == 5900
    aligner = folder(tmp_path / "xlsr", {"model_type": "wav2vec2"}, "F32", **twice)
    assert chosen("alignment", align_model=aligner)[0].need.weights_mb == 5900


@pytest.mark.parametrize(("kind", "expected"), [("F32", 1000), ("F16", 2000), ("I8", 4000)])
def test_weights_of_ctranslate2_count_by_the_format_that_their_file_names(tmp_path, kind, expected):
    model = folder(tmp_path / "ct2", {}, kind, model__bin=1000)
    assert chosen(model=model, compute_type="float32")[0].need.weights_mb == expected


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model.safetensors", b""),
        ("model.safetensors", b"\xff" * 100),
        ("model.safetensors", struct.pack("<Q", 29) + b'{"a": {"data_offsets": [{}]}}'),
        ("model.safetensors", struct.pack("<Q", 2) + b"[]"),
        ("model.bin", struct.pack("<IH5sII", 6, 5, b"spec\0", 3, 1 << 31) + bytes(100)),
        ("pytorch_model.bin", b""),
    ],
)
def test_a_file_that_does_not_say_its_format_is_taken_for_the_widest(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    assert bytes_a_parameter(tmp_path / name) == WIDEST


def test_a_kept_conversion_counts_instead_of_what_it_was_made_of(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    model = folder(tmp_path / "large-v2", WHISPER, "F32", model__safetensors=5900)
    (tmp_path / "models").mkdir()
    kept = chosen(model=model)[0].model.converted
    folder(kept, {}, model__bin=1000)
    assert chosen(model=model, compute_type="float32")[0].need.weights_mb == 2000


def test_an_aligner_without_an_option_for_its_format_counts_in_that_of_the_device(tmp_path):
    model = folder(tmp_path / "aligner", ALIGNER, "BF16", model__safetensors=1840)
    assert chosen("alignment", align_model=model)[0].need.weights_mb == 3680


def test_nothing_is_refused_for_the_aligner_of_a_language_that_a_film_may_not_have(tmp_path):
    german = folder(tmp_path / "german", {"model_type": "wav2vec2"}, "F32", model__safetensors=2400)
    choice = chosen("alignment", align_model=german)[0]
    auto = dataclasses.replace(choice.model, id="auto", path=Path(), by_language={"de": choice.model})
    needed = need(STAGES["alignment"], choice.backend, auto, choice.params)
    assert (needed.memory_mb, needed.weights_mb) == (choice.need.memory_mb, 0)
    memory_space.check(planned(dataclasses.replace(choice, model=auto, need=needed)), 2000)


def test_a_model_that_is_not_here_yet_counts_by_the_size_of_its_download():
    assert chosen(model="large-v3")[0].need.memory_mb > 5000
    assert chosen(model="parakeet")[0].need.weights_mb == 670


def test_a_graph_of_onnx_counts_with_the_file_of_its_number_format(tmp_path):
    parts = {"encoder-model.int8__onnx": 650, "decoder_joint-model.int8__onnx": 20, "vocab__txt": 1}
    small = folder(tmp_path / "small", **parts)
    large = folder(
        tmp_path / "large",
        **{"encoder-model__onnx": 40, "encoder-model.onnx__data": 2400, "decoder_joint-model__onnx": 70},
        vocab__txt=1,
    )
    assert [chosen(model=model)[0].need.weights_mb for model in (small, large)] == [650, 2440]


def planned(*choices):
    one = dataclasses.replace(step(STAGES["asr"]), choices=choices)
    return Plan(film=Path("film.mkv"), film_digest="", steps=(one,), destination=Path("out.mkv"))


def test_a_model_that_is_larger_than_the_memory_is_refused_before_the_run(tmp_path):
    model = folder(tmp_path / "1.7b", QWEN, model__safetensors=4700)
    plan = planned(chosen(model=model)[0])
    memory_space.check(plan, 16_000)
    with pytest.raises(FatalError) as refused:
        memory_space.check(plan, 8000)
    assert refused.value.status == USAGE
    assert str(refused.value) == (
        "asr: 1.7b takes 9.9 GB in float32, and this process may use 8.4 GB of memory"
    )
    assert refused.value.hint == "choose a smaller model with --model, or --compute-type bfloat16"
    with pytest.raises(FatalError):
        memory_space.check(plan, 4000)


def test_what_cannot_fit_is_no_fallback_either():
    gpu = machine(memory_mb=2000, whisperx={"cuda": GPU})
    found = choices.choose(STAGES["asr"], {"model": "large-v3", "compute_type": "float16"}, {}, machine=gpu)
    assert [one.backend.device for one in found.choices] == ["cuda"]
    why = "large-v3 takes 3.3 GB in float16, and this process may use 2.1 GB of memory"
    assert f"cpu is not used: {why}" in map(str, found.refused)


def test_a_model_that_cannot_fit_gives_way_to_a_smaller_one_that_is_allowed(monkeypatch):
    monkeypatch.setattr(choices.models, "on_disk", lambda _role, name, _device="cpu": name == "medium")
    monkeypatch.setattr(
        choices.models, "resolve", lambda role, name, **_: choices.models.elsewhere(role, name)
    )
    asked, on = {"model": "large-v3", "compute_type": "float32"}, machine(memory_mb=4000)
    found = choices.choose(STAGES["asr"], asked, {}, machine=on, offline=True, smaller=True)
    assert [(one.model.id, one.instead_of) for one in found.choices] == [("medium", "large-v3")]
    why = "large-v3 takes 6.5 GB in float32, and this process may use 4.2 GB of memory"
    assert f"large-v3 on cpu is not used: {why}" in map(str, found.refused)
    large = choices.choose(STAGES["asr"], asked, {}, machine=on, offline=True).choices
    memory_space.check(planned(*large, *found.choices), 4000)
    with pytest.raises(FatalError):
        memory_space.check(planned(*large), 4000)


def test_a_model_that_cannot_fit_is_not_downloaded(monkeypatch):
    monkeypatch.setattr(choices.models, "on_disk", lambda *_: False)
    monkeypatch.setattr(choices.models, "resolve", lambda *_, **__: pytest.fail("a download"))
    asked, on = {"model": "large-v3", "compute_type": "float32"}, machine(memory_mb=4000, here=True)
    found = choices.choose(STAGES["asr"], asked, {"": "cpu"}, machine=on)
    with pytest.raises(FatalError):
        memory_space.check(planned(*found.choices), 4000)


def test_the_advice_names_a_format_of_ctranslate2_that_fits():
    cpu = Answer(accelerator=False, compute_types=("float32", "int8", "int8_float32"))
    on = machine(memory_mb=4000, whisperx={"cpu": cpu})
    asked = {"model": "large-v3", "compute_type": "float32"}
    found = choices.choose(STAGES["asr"], asked, {}, machine=on, offline=True)
    with pytest.raises(FatalError) as refused:
        memory_space.check(planned(*found.choices), 4000, on)
    assert refused.value.hint == "choose a smaller model with --model, or --compute-type int8"


def test_a_worker_that_would_take_the_memory_of_a_large_model_is_not_started_ahead():
    def started(**need):
        start = situation(stage("a"), stage("b", "a"), memory_mb=1000)
        large = {
            name: dataclasses.replace(
                job,
                task=dataclasses.replace(
                    job.task,
                    step=dataclasses.replace(
                        job.step, choices=(dataclasses.replace(job.choice, need=Need(**need)),)
                    ),
                ),
            )
            for name, job in start.jobs.items()
        }
        simulation = Simulation(dataclasses.replace(start, jobs=large), lambda count: count - 1)
        simulation.go_on()
        simulation.step()
        simulation.go_on()
        return len(simulation.situation.workers)

    assert (started(memory_mb=100), started(memory_mb=900)) == (2, 1)
