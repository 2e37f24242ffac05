"""Recommendations by device and memory at the edges of the table, and for incomplete answers."""

from __future__ import annotations

import pytest

from orchestrator.machine.answers import Answer
from orchestrator.planning.recommendations import TABLE, recommend
from orchestrator.stages.catalog import STAGES
from tests.orchestrator.machines import machine

ALL = ("bfloat16", "float16", "float32", "int8", "int8_bfloat16", "int8_float16", "int8_float32")


def asr(memory_mb, types=ALL, device="cuda", env="whisperx", **facts):
    on = machine(
        **{env: {device: Answer(memory_mb=memory_mb, compute_types=types, **facts)}}, memory_mb=32000
    )
    found = recommend("asr", next(b for b in STAGES["asr"].backends if b.device == device), on)
    return found.model, found.compute_type, found.batch_size, found.why


@pytest.mark.parametrize(
    ("memory_mb", "gives"),
    [
        (24258, ("large-v3", "float16", 24)),  # RTX 3090, 4090
        (15956, ("large-v3", "float16", 16)),  # 16 GB
        (9995, ("large-v3", "float16", 8)),  # RTX 3080, 10 GB
        (8191, ("large-v3", "int8_float16", 4)),
        (6143, ("large-v3", "int8_float16", 4)),
        (4095, ("large-v3-turbo", "int8_float16", 4)),
        (2047, ("small", "int8_float16", 4)),
    ],
)
def test_the_recommended_model_depends_on_gpu_memory(memory_mb, gives):
    assert asr(memory_mb)[:3] == gives


def test_every_row_has_a_reason_and_every_column_ends_in_a_default_row():
    for (stage, device), rows in TABLE.items():
        assert device in {backend.device for backend in STAGES[stage].backends}
        assert (rows[-1].least, rows[-1].cores) == (0, 0)
        assert [row.least for row in rows] == sorted((row.least for row in rows), reverse=True)
        assert all(row.give.why and row.give.batch_size for row in rows)


def test_a_gpu_with_unknown_memory_gets_a_small_model_and_the_reason():
    model, _, batch, why = asr(0)
    assert (model, batch) == ("small", 4)
    assert "its memory size is unknown" in why


def test_a_card_without_float16_uses_another_compute_type_and_states_it():
    pascal = ("float32", "int8", "int8_float32")
    assert asr(11264, pascal)[:3] == ("large-v3", "int8_float32", 8)
    assert "int8_float32, because it does not support float16" in asr(11264, pascal)[3]


def test_a_card_with_float32_alone_needs_twice_the_memory():
    assert asr(6143, ("float32",))[:2] == ("small", "float32")
    assert asr(24258, ("float32",))[:3] == ("large-v3", "float32", 8)


def test_a_card_without_bfloat16_needs_memory_for_qwen_in_float32_which_it_computes_in():
    qwen = next(b for b in STAGES["asr"].backends if (b.device, b.env) == ("cuda", "qwen"))

    def advice(memory_mb):
        answer = Answer(memory_mb=memory_mb, compute_types=("float16", "float32"))
        return recommend("asr", qwen, machine(qwen={"cuda": answer}), "zh")

    assert advice(11264).model is None  # an RTX 2080 Ti
    assert (advice(24576).model, advice(24576).compute_type) == ("qwen3-asr-1.7b", "float32")
    assert advice(24576).why.endswith("; float32, because it does not support bfloat16")


@pytest.mark.parametrize(
    ("memory_mb", "model"), [(5461, "small"), (10922, "large-v3-turbo"), (21845, "large-v3"), (0, "large-v3")]
)
def test_macs_get_models_by_metals_memory_limit_or_two_thirds_of_total_memory(memory_mb, model):
    assert asr(memory_mb, ("float16", "float32"), "mlx", "mlx")[0] == model


def test_mlx_on_a_cpu_gets_the_recommendation_for_a_cpu():
    assert asr(0, ("float32",), "mlx", "mlx", accelerator=False)[:3] == ("small", "float32", 8)


@pytest.mark.parametrize(
    ("cores", "memory_mb", "model"), [(8, 15900, "small"), (4, 64000, "base"), (16, 8000, "base")]
)
def test_a_larger_model_on_a_processor_needs_cores_and_memory(cores, memory_mb, model):
    on = machine(cores=cores, memory_mb=memory_mb)
    whisper = next(b for b in STAGES["asr"].backends if (b.device, b.env) == ("cpu", "whisperx"))
    assert recommend("asr", whisper, on).model == model


def test_stages_without_choices_get_no_recommendation():
    on = machine()
    for name in ("demux", "alignment", "attribution", "subtitles", "mux"):
        found = recommend(name, STAGES[name].on_cpu(), on)
        assert (found.model, found.compute_type, found.batch_size) == (None, None, None)
