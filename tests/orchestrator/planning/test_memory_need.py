"""How much memory a stage takes with its model, and what is refused because it cannot fit."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import pytest

from orchestrator.errors import USAGE, FatalError
from orchestrator.machine.answers import Answer
from orchestrator.planning import choices, memory_space
from orchestrator.planning.memory_need import Need
from orchestrator.planning.plan import Plan
from orchestrator.stages.catalog import STAGES
from tests.orchestrator.execution.test_decide import Simulation, situation, stage, step
from tests.orchestrator.machines import machine

MB = 1 << 20
GPU = Answer(name="GPU", memory_mb=24000, compute_types=("float16", "int8"))
QWEN = {"model_type": "qwen3_asr", "thinker_config": {"audio_config": {}}}


def folder(path, config=None, **sizes_mb):
    """A model's folder whose files take no room on the disk."""
    path.mkdir()
    if config is not None:
        (path / "config.json").write_text(json.dumps(config))
    for name, size_mb in sizes_mb.items():
        with (path / name.replace("__", ".")).open("wb") as file:
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


def planned(choice):
    one = dataclasses.replace(step(STAGES["asr"]), choices=(choice,))
    return Plan(film=Path("film.mkv"), film_digest="", steps=(one,), destination=Path("out.mkv"))


def test_a_model_that_is_larger_than_the_memory_is_refused_before_the_run(tmp_path):
    model = folder(tmp_path / "1.7b", QWEN, model__safetensors=4700)
    plan = planned(chosen(model=model)[0])
    memory_space.check(plan, 16_000)
    with pytest.raises(FatalError) as refused:
        memory_space.check(plan, 8000)
    assert refused.value.status == USAGE
    assert str(refused.value) == "asr: 1.7b takes 9.9 GB in float32, and this machine has 8.4 GB of memory"
    assert refused.value.hint == "choose a smaller model with --model, or --compute-type bfloat16"
    with pytest.raises(FatalError):
        memory_space.check(plan, 4000)


def test_what_cannot_fit_is_no_fallback_either():
    gpu = machine(memory_mb=2000, whisperx={"cuda": GPU})
    found = choices.choose(STAGES["asr"], {"model": "large-v3", "compute_type": "float16"}, {}, machine=gpu)
    assert [one.backend.device for one in found.choices] == ["cuda"]


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
