"""The table of failures, row by row."""

from __future__ import annotations

import pytest

from orchestrator.execution.failure_policy import diagnosis, is_lost, remedy

ABRT = "was killed by signal 6"


@pytest.mark.parametrize("category", ["input", "config", "auth", "env", "contract", "cancelled"])
def test_a_permanent_failure_is_not_retried(category):
    assert remedy(category, died=ABRT).action == "fail"


def test_out_of_device_memory_halves_the_batch_to_the_floor_then_takes_the_next_device():
    tried, batch = [], 12
    while (
        found := remedy("oom_device", batch=batch, floor=2, device="cuda", next_choice="cpu")
    ).action == "smaller":
        batch = found.batch
        tried.append(batch)
    assert tried == [6, 3]
    assert found.action == "next_choice"
    assert found.note == "out of memory on cuda; falling back to cpu"


def test_a_stage_without_batches_takes_the_next_device_at_once():
    assert remedy("oom_device", next_choice="cpu").action == "next_choice"


def test_with_no_smaller_batch_and_no_other_device_out_of_memory_is_a_failure():
    assert remedy("oom_device", batch=1, floor=1).action == "fail"


OTHER = {"device": "cuda:0", "next_choice": "cpu", "other_gpu": "cuda:1"}


def test_out_of_memory_on_one_of_several_gpus_at_the_smallest_batch_tries_the_others():
    assert remedy("oom_device", batch=8, floor=1, **OTHER).action == "smaller"
    found = remedy("oom_device", batch=1, floor=1, **OTHER)
    assert (found.action, found.note) == ("other_gpu", "out of memory on cuda:0; trying cuda:1")
    assert remedy("oom_host", **OTHER).action == "next_choice"


@pytest.mark.parametrize(
    ("category", "facts"), [("crash", {"died": ABRT}), ("stalled", {}), ("crash", {"lost": True})]
)
def test_what_fails_on_a_gpu_is_retried_once_on_another_one(category, facts):
    assert remedy(category, **facts, **OTHER).action == "other_gpu"
    again = remedy(category, retries=1, **facts, **OTHER).action
    assert again == ("fail" if "lost" in facts else "next_choice")


@pytest.mark.parametrize(
    ("message", "lost"),
    [
        ("RuntimeError: CUDA error: unspecified launch failure", True),
        ("parallel_for failed: cudaErrorECCUncorrectable: uncorrectable ECC error", True),
        ("CUBLAS failure 14: CUBLAS_STATUS_INTERNAL_ERROR", True),
        ("CUDNN_STATUS_EXECUTION_FAILED", True),
        ("HIP error: the operation cannot be performed", True),
        ("KeyError: 'cuda'", False),
    ],
)
def test_a_failed_gpu_is_told_from_a_failed_stage_by_the_framework_s_words(message, lost):
    assert is_lost(message) is lost


@pytest.mark.parametrize("category", ["oom_host", "stalled", "crash"])
def test_a_transient_failure_is_retried_once(category):
    assert remedy(category, died=ABRT, retries=0).action == "retry"
    assert remedy(category, died=ABRT, retries=1).action == "fail"


def test_out_of_host_memory_retries_with_the_smallest_batch():
    assert remedy("oom_host", batch=16, floor=2).batch == 2


def test_an_explained_error_is_not_retried():
    assert remedy("crash", died="").action == "fail"


def test_a_full_disk_stops_the_run():
    assert remedy("storage").action == "stop"


@pytest.mark.parametrize(
    ("status", "facts", "category", "says"),
    [
        (-9, {"for_memory": True}, "oom_host", "out of memory"),
        (-9, {}, "crash", "killed by signal 9"),
        (-11, {"for_memory": True}, "crash", "killed by signal 11"),
        (3, {"tail": "free()"}, "crash", "ended with status 3 before it finished; its last output:\nfree()"),
        (-9, {"stall_s": 300.0, "for_memory": True}, "stalled", "no progress for 300 s"),
    ],
)  # fmt: skip
def test_the_end_of_a_process_gives_the_diagnosis(status, facts, category, says):
    found, sentence, _ = diagnosis("asr", status, **facts)
    assert found == category
    assert says in sentence


def test_an_abort_of_metal_for_lack_of_memory_is_recognised():
    tail = (
        "[METAL] Command buffer execution failed: Insufficient Memory "
        "(00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)"
    )
    assert diagnosis("asr", -6, tail=tail)[0] == "oom_device"
    found = remedy("oom_device", died=ABRT, batch=8, floor=1, device="mlx", next_choice="cpu")
    assert (found.action, found.batch) == ("retry_smaller", 4)


def test_a_crash_on_mlx_falls_back_at_once_and_on_others_after_a_retry():
    found = remedy("crash", died=ABRT, device="mlx", next_choice="cpu")
    assert found.action == "next_choice"
    assert found.note == "its process was killed by signal 6 on mlx; falling back to cpu"
    assert remedy("crash", died=ABRT, device="mlx").action == "retry"
    assert remedy("crash", died=ABRT, device="cuda", next_choice="cpu").action == "retry"
    assert remedy("crash", died=ABRT, device="cuda", next_choice="cpu", retries=1).action == "next_choice"
    assert remedy("crash", died=ABRT, device="cpu", retries=1).action == "fail"


def test_an_accelerator_that_hangs_twice_falls_back_too():
    assert remedy("stalled", device="mps", next_choice="cpu").action == "retry"
    assert remedy("stalled", device="mps", next_choice="cpu", retries=1).action == "next_choice"


def test_a_failure_for_lack_of_memory_states_that_no_smaller_batch_is_left():
    assert (
        remedy("oom_device", device="cuda").note
        == "not enough memory on cuda, and this stage has no batch size to reduce"
    )
    found = remedy("oom_host", batch=1, floor=1, died=ABRT, retries=1)
    assert (found.action, found.note) == (
        "fail",
        "not enough memory on this machine, and the batch size is already 1",
    )


def test_out_of_host_memory_reduces_the_batch_once_then_takes_the_next_choice():
    assert remedy("oom_host", batch=8, floor=1).action == "retry_smaller"
    found = remedy("oom_host", batch=1, floor=1, next_choice="cpu and the model small")
    assert (found.action, found.note) == (
        "next_choice",
        "out of memory; falling back to cpu and the model small",
    )
