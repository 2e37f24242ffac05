"""What the frameworks say when memory runs out, and what it is taken for."""

from __future__ import annotations

import errno

import pytest

from ipc.failure import memory_category, to_event

DEVICE = [
    "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 4.00 GiB of which 0 bytes is free.",
    "CUDA failed with error out of memory",
    "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
    "cuBLAS failed with status CUBLAS_STATUS_ALLOC_FAILED",
    "HIP out of memory. Tried to allocate 2.00 GiB",
    "MPS backend out of memory (MPS allocated: 18.50 GiB, other allocations: 448.00 KiB, max allowed: 18.72 GiB). Tried",
    "[metal::malloc] Attempting to allocate 48736917632 bytes which is greater than the maximum allowed buffer size",
    "[malloc_or_wait] Unable to allocate 268435456 bytes.",
    (
        "libc++abi: terminating due to uncaught exception of type std::runtime_error: [METAL] Command buffer execution "
        "failed: Insufficient Memory (00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)"
    ),
]
HOST = [
    (
        "[enforce fail at alloc_cpu.cpp:119] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate "
        "40960000000 bytes. Error code 12 (Cannot allocate memory)"
    ),
    "std::bad_alloc",
]


@pytest.mark.parametrize("said", DEVICE)
def test_a_full_accelerator_is_known_by_what_its_framework_says(said):
    assert memory_category(said) == "oom_device"
    assert to_event(RuntimeError(said)).category == "oom_device"


@pytest.mark.parametrize("said", HOST)
def test_a_full_machine_is_known_too(said):
    assert to_event(RuntimeError(said)).category == "oom_host"


@pytest.mark.parametrize("error", [MemoryError(), OSError(errno.ENOMEM, "Cannot allocate memory")])
def test_python_s_own_lack_of_memory_is_the_machine_s(error):
    assert to_event(error).category == "oom_host"


@pytest.mark.parametrize(
    "said", ["the film is out of order", "CUDA error: an illegal memory access was encountered"]
)
def test_other_errors_are_not_taken_for_it(said):
    assert to_event(RuntimeError(said)).category == "crash"
