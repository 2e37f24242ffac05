"""The frameworks' out-of-memory messages, each with its source and category."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys

import pytest

from ipc import memory
from ipc.classify_error import to_event
from ipc.errors import StageError

GITHUB = "https://github.com/"
DEVICE = {
    "meizhong986/WhisperJAV/issues/118": (
        "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 4.00 GiB of which "
        "0 bytes is free. Of the allocated memory 3.27 GiB is allocated by PyTorch, and 257.08 MiB is "
        "reserved by PyTorch but unallocated."
    ),
    "pytorch/pytorch/issues/16417": (
        "CUDA out of memory. Tried to allocate 12.50 MiB (GPU 0; 10.92 GiB total capacity; "
        "8.57 MiB already allocated; "
        "9.28 GiB "
        "free; 4.68 MiB cached)"
    ),
    "SYSTRAN/faster-whisper/issues/442": "CUDA failed with error out of memory",
    "linuxserver/docker-faster-whisper/issues/15": "cuBLAS failed with status CUBLAS_STATUS_ALLOC_FAILED",
    "QwenLM/Qwen3/issues/873": "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
    "torch/torch7/issues/780": "Error in CuDNN: CUDNN_STATUS_ALLOC_FAILED "
    "(cudnnFindConvolutionForwardAlgorithm)",
    "pytorch/pytorch/issues/105839": (
        "MPS backend out of memory (MPS allocated: 1.45 GB, other allocations: 7.42 GB, "
        "max allowed: 9.07 GB). Tried to "
        "allocate 563.62 MB on private pool. Use PYTORCH_MPS_HIGH_WATERMARK_RATIO=0.0 "
        "to disable upper limit for memory "
        "allocations (may cause system failure)."
    ),
    "pytorch/pytorch/issues/141909": "Invalid buffer size: 19.45 GB",
    "lmstudio-ai/lmstudio-bug-tracker/issues/2240": (
        "[metal::malloc] Attempting to allocate 48736917632 bytes which is greater than the "
        "maximum allowed buffer size of "
        "30150672384 bytes."
    ),
    "ml-explore/mlx/issues/63": (
        "libc++abi: terminating due to uncaught exception of type std::runtime_error: "
        "[malloc_or_wait] Unable to allocate "
        "9663676416 bytes."
    ),
    "ml-explore/mlx/pull/479": (
        "libc++abi: terminating due to uncaught exception of type std::runtime_error: "
        "[METAL] Command buffer execution failed: "
        "Insufficient Memory (00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)"
    ),
}
HOST = {
    "mxfold/mxfold2/issues/20": (
        "[enforce fail at alloc_cpu.cpp:75] err == 0. DefaultCPUAllocator: can't allocate memory: "
        "you tried to allocate "
        "132426121216 bytes. Error code 12 (Cannot allocate memory)"
    ),
    "tomchang25/whisper-auto-transcribe/issues/57": (
        r"[enforce fail at ..\c10\core\impl\alloc_cpu.cpp:81] data. DefaultCPUAllocator: not enough memory"
    ),
    "SYSTRAN/faster-whisper/issues/797": "mkl_malloc: failed to allocate memory",
    "m-bain/whisperX/issues/1292": (
        "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc"
    ),
}


@pytest.mark.parametrize("where", DEVICE)
def test_a_full_accelerator_is_recognised_by_its_framework_s_message(where):
    assert memory.category_of(DEVICE[where]) == "oom_device", GITHUB + where
    assert to_event(RuntimeError(DEVICE[where])).category == "oom_device"


@pytest.mark.parametrize("where", HOST)
def test_full_host_memory_is_recognised_too(where):
    assert memory.category_of(HOST[where]) == "oom_host", GITHUB + where
    assert to_event(RuntimeError(HOST[where])).category == "oom_host"


@pytest.mark.parametrize("error", [MemoryError(), OSError(errno.ENOMEM, "Cannot allocate memory")])
def test_python_s_memory_error_is_a_lack_of_host_memory(error):
    assert to_event(error).category == "oom_host"


@pytest.mark.parametrize(
    "said",
    [
        "the film is out of order",
        "CUDA error: an illegal memory access was encountered",  # a fault, and no lack
        "cuBLAS failed with status CUBLAS_STATUS_NOT_SUPPORTED",
        "Placeholder buffer size is not large enough to contain the Tensor storage of size 114688",
    ],
)
def test_other_errors_are_not_out_of_memory(said):
    assert memory.category_of(said) is None
    assert to_event(RuntimeError(said)).category == "crash"


def test_a_model_that_did_not_fit_is_not_reported_as_broken():
    error = StageError("config", "this is no model that can be read")
    error.__cause__ = RuntimeError("CUDA failed with error out of memory")
    told = to_event(error)
    assert told.category == "oom_device"
    assert told.message == "CUDA failed with error out of memory"


def test_a_library_that_cannot_be_mapped_is_a_lack_of_memory_only_under_a_limit(monkeypatch):
    error = ImportError("libcublasLt.so.12: failed to map segment from shared object")
    assert to_event(error).category == "env"
    monkeypatch.setattr(memory, "limit", lambda: 3 << 30)
    assert to_event(error).category == "oom_host"


def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_process_reports_its_memory_limit():
    code = (
        "import resource as r; r.setrlimit(r.RLIMIT_AS, (1 << 32, 1 << 32)); "
        "from ipc import memory as m; print(m.limit(), m.size(), m.rss())"
    )
    limit, size, rss = map(int, run(code))
    assert limit == 1 << 32
    assert limit > size >= rss > 1 << 20 or sys.platform == "darwin"


def test_where_a_peak_cannot_be_forgotten_that_of_the_stage_before_does_not_count(monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOENT, "no /proc")

    monkeypatch.setattr(memory, "_before", [])
    monkeypatch.setattr("pathlib.Path.write_text", refuse)
    monkeypatch.setattr(memory, "_of_children_before", [])
    peaks, sizes = iter([900, 900, 900, 950]), iter([300, 200])
    own = resource.RUSAGE_SELF
    monkeypatch.setattr(memory, "_peak_of", lambda whom: next(peaks) if whom == own else 0)
    monkeypatch.setattr(memory, "rss", lambda: next(sizes))
    memory.forget_peak()
    assert [memory.peak_rss() for _ in range(3)] == [300, 300, 950]


def test_the_children_of_the_stage_before_do_not_count_and_larger_ones_do():
    code = """
import subprocess, sys
from ipc import memory
def child(mb):
    subprocess.run([sys.executable, "-c", f"b'x' * ({mb} << 20)"], check=True)
    return memory.peak_rss() >> 20
print(child(150)); memory.forget_peak(); print(memory.peak_rss() >> 20, child(250))
"""
    before, after, larger = map(int, run(code))
    assert after < 100
    assert 150 <= before < 250 <= larger


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the two apart")
def test_the_program_that_started_this_one_does_not_count():
    code = """
import os, sys
filled = b"x" * (150 << 20)
os.execv(sys.executable, [sys.executable, "-c", "from ipc import memory; print(memory.peak_rss() >> 20)"])
"""
    assert int(run(code)[0]) < 100


def test_macos_reports_the_size_of_a_process_and_not_its_peak_alone(monkeypatch):
    class Libproc:
        def proc_pidinfo(self, pid, flavor, argument, task, size):
            assert (pid, flavor, argument.value, size) == (os.getpid(), 4, 0, 96)
            task[0], task[1] = 5 << 30, 300 << 20
            return size

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr("ctypes.CDLL", lambda _path: Libproc())
    monkeypatch.setattr(memory, "_pages", lambda _column: 0)
    assert memory.rss() == 300 << 20


def test_memory_of_a_failed_run_is_free_before_it_is_reported():
    """A second try in the same process gets the memory of the first."""
    code = """
import sys, types, threading, weakref
runner = types.ModuleType("runner"); runner.STAGE = types.SimpleNamespace(base="x", version=1)
class Array: pass
alive = []
def load(params, device):
    held = Array(); alive.append(weakref.ref(held))
    raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")
runner.load = load; runner.run = None
sys.modules["runner"] = runner
from ipc.child_loop import Child
from ipc.protocol import Load
Child("runner", lambda event: print(event.category, alive[0]() is None)).obey(Load(params={}, device="cuda"))
"""
    assert run(code) == ["oom_device", "True"]
