"""How GPUs are named and listed on a machine with several, and what a process is shown of them."""

from __future__ import annotations

import pytest

from orchestrator.environments import visible_gpus
from orchestrator.machine import gpus
from orchestrator.machine.answers import Answer
from tests.orchestrator.machines import machine, no

SMALL, LARGE = Answer(name="Small", memory_mb=8000), Answer(name="Large", memory_mb=24000)


@pytest.mark.parametrize(
    ("text", "device", "numbers", "shown"),
    [
        ("cuda", "cuda", (), ""),
        ("cpu", "cpu", (), ""),
        ("cuda:1", "cuda", (1,), "cuda:1"),
        ("cuda:1, cuda:0,cuda:1", "cuda", (0, 1), "cuda:0,cuda:1"),
        ("cuda:0-3,cuda:5", "cuda", (0, 1, 2, 3, 5), "cuda:0-3,cuda:5"),
        ("cuda:0-1", "cuda", (0, 1), "cuda:0,cuda:1"),
    ],
)
def test_gpus_are_read_as_they_are_shown(text, device, numbers, shown):
    assert gpus.parsed(text) == (device, numbers)
    assert gpus.listed(numbers) == shown
    assert gpus.parsed(shown or device) == (device, numbers)


@pytest.mark.parametrize(
    "text", ["cuda:", "cuda:x", "cuda:3-1", "cuda:0,cuda", "cuda:-1", "cuda:1:2", "cuda:1000"]
)
def test_what_is_no_gpu_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        gpus.parsed(text)


@pytest.mark.parametrize(
    ("environ", "cuda", "hip"),
    [
        ({}, "1", "1"),
        ({"CUDA_VISIBLE_DEVICES": ""}, "1", "1"),
        ({"CUDA_VISIBLE_DEVICES": "3, 5"}, "5", "5"),
        ({"CUDA_VISIBLE_DEVICES": "GPU-aa,GPU-bb"}, "GPU-bb", "GPU-bb"),
        ({"HIP_VISIBLE_DEVICES": "2,4"}, "1", "4"),
        ({"CUDA_VISIBLE_DEVICES": "6,7", "HIP_VISIBLE_DEVICES": "2,4"}, "7", "4"),
    ],
)
def test_a_process_sees_one_of_the_gpus_that_the_user_left(environ, cuda, hip):
    assert visible_gpus.only(1, environ) == {"CUDA_VISIBLE_DEVICES": cuda, "HIP_VISIBLE_DEVICES": hip}


def test_cuda_is_the_best_of_several_gpus_and_a_number_one_of_them():
    here = machine(pyannote={"cuda:0": SMALL, "cuda:1": LARGE, "cuda:2": no("broken")})
    assert here.answer("pyannote", "cuda") == LARGE
    assert [here.answer("pyannote", f"cuda:{n}") for n in (0, 1)] == [SMALL, LARGE]
    assert here.answer("pyannote", "cuda:2").why_not == "broken"
    assert here.answer("pyannote", "cuda:3").why_not
    assert here.with_only([0]).answer("pyannote", "cuda") == SMALL
    assert here.with_only([2]).answer("pyannote", "cuda").why_not == "broken"


def test_a_framework_answers_for_each_gpu():
    here = machine(whisperx={"cuda:0": SMALL, "cuda:0/torch": no("too old"), "cuda:1": LARGE})
    assert here.answer("whisperx", "cuda:0", "torch").why_not == "too old"
    assert here.answer("whisperx", "cuda", "torch") == LARGE
    assert here.gpus_of("whisperx", framework="torch")[0].why_not == "too old"


def test_a_gpu_s_model_is_named_only_where_there_are_several_models():
    assert machine(pyannote={"cuda:0": LARGE, "cuda:1": LARGE}).card("pyannote", 1) == ""
    assert machine(pyannote={"cuda": LARGE}).card("pyannote", 0) == ""
    two = machine(pyannote={"cuda:0": LARGE, "cuda:1": SMALL})
    assert two.card("pyannote", 1) == two.with_only([1]).card("pyannote", 1) == "Small 8000"


def test_the_only_gpu_has_the_number_0_too():
    here = machine(pyannote={"cuda": LARGE})
    assert here.answer("pyannote", "cuda:0") == LARGE
    assert here.answer("pyannote", "cuda:1").why_not
    assert here.gpus_of("pyannote") == {}


def test_equal_gpus_are_counted_in_the_machine_s_line():
    assert "2 x NVIDIA H200, Other" in machine(gpus=("NVIDIA H200", "NVIDIA H200", "Other")).summary
