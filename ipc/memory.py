"""The memory of a stage's process: its size, messages of out-of-memory errors, and how to release it.

The messages are in lower case; `tests/ipc/test_memory.py` has them in full, with their sources.
"""

from __future__ import annotations

import errno
import gc
import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

_DEVICE = (
    "cuda out of memory",  # torch
    "cuda failed with error out of memory",  # CTranslate2
    "cuda error: out of memory",  # the driver, through either of them
    "cublas_status_alloc_failed",  # cuBLAS, for its workspace
    "cudnn_status_alloc_failed",
    "hip out of memory",  # torch on AMD
    "mps backend out of memory",  # torch on Metal
    "invalid buffer size:",  # the same: one tensor larger than a Metal buffer may be
    "[metal::malloc]",  # MLX: the same
    "[malloc_or_wait] unable to allocate",  # MLX, older
    "[malloc] unable to allocate",
    "kiogpucommandbuffercallbackerroroutofmemory",  # Metal; MLX ends the process with it
    "command buffer execution failed: insufficient memory",
)
_HOST = (
    "defaultcpuallocator: can't allocate memory",  # torch
    "defaultcpuallocator: not enough memory",
    "mkl_malloc: failed to allocate memory",  # CTranslate2 on Intel
    "failed to allocated memory",  # CTranslate2 elsewhere, in its own words
    "std::bad_alloc",  # whatever is C++
    "openblas error: memory allocation still failed",  # numpy; it ends the process
    "openblas : program is terminated because you tried to allocate",
)


def category_of(text: str) -> Literal["oom_device", "oom_host"] | None:
    """The category of an out-of-memory message, or of a process's last output; None for other texts."""
    lower = text.lower()
    if any(words in lower for words in _DEVICE):
        return "oom_device"
    return "oom_host" if any(words in lower for words in _HOST) else None


def lack(error: BaseException) -> tuple[Literal["oom_device", "oom_host"], str] | None:
    """The category of an out-of-memory exception, or of its cause, with the message; None for other errors.

    So a model that did not fit is not reported as broken, whatever the stage raises.
    """
    for one in _with_causes(error):
        message = str(one) or type(one).__name__
        if isinstance(one, MemoryError) or (isinstance(one, OSError) and one.errno == errno.ENOMEM):
            return "oom_host", message
        # A limit on address space stops torch with CUDA at its import: its libraries take five gigabytes.
        if isinstance(one, ImportError) and "failed to map segment" in message and limit():
            return "oom_host", message
        if found := category_of(message):
            return found, message
    return None


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__


def release() -> None:
    """Release the frameworks' cached memory: after an out-of-memory error, a smaller batch needs all of it.

    Call it after the exception was handled, because its frames hold the arrays.
    """
    gc.collect()
    torch, mlx = sys.modules.get("torch"), sys.modules.get("mlx.core")
    try:
        if torch is not None and torch.cuda.is_initialized():
            torch.cuda.empty_cache()
        if torch is not None and torch.backends.mps.is_available():
            torch.mps.empty_cache()
        if mlx is not None:
            mlx.clear_cache()
    except (AttributeError, RuntimeError):  # half imported, or a device that no longer responds
        pass


def rss() -> int:
    """Resident memory in bytes; its peak if the system does not report it."""
    return _pages(1) or _of_mach() or _peak_of(resource.RUSAGE_SELF)


def size() -> int:
    """Address space in bytes, which `ulimit -v` limits; 0 if unknown."""
    return _pages(0)


def limit() -> int:
    """The limit of `size` in bytes; 0 if there is none."""
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return 0 if soft == resource.RLIM_INFINITY else soft


def _pages(column: int) -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[column]) * os.sysconf("SC_PAGESIZE")
    except OSError:
        return 0


def _of_mach() -> int:
    """Resident memory by macOS's libproc, as psutil reads it; 0 elsewhere."""
    if sys.platform != "darwin":
        return 0
    import ctypes

    task = (ctypes.c_uint64 * 12)()  # proc_taskinfo: sizes, times and counts in 96 bytes
    size = ctypes.sizeof(task)
    call = ctypes.CDLL("/usr/lib/libproc.dylib").proc_pidinfo
    return int(task[1]) if call(os.getpid(), _TASKINFO, ctypes.c_uint64(0), task, size) == size else 0


_TASKINFO = 4
"""PROC_PIDTASKINFO of <sys/proc_info.h>; its second number is the resident size."""
_before: list[int] = []
"""The peak that could not be forgotten, and the largest size since; empty if there is none."""
_of_children_before: list[int] = []
"""The peak of the children of an earlier stage, which no system forgets; empty if there was none."""


def peak_rss() -> int:
    """Peak of resident memory in bytes, of this process or its largest ended child, whichever is larger.

    That of an earlier stage in this process, and of its children, does not count. Where the system cannot
    forget it, the peak is the largest size at the times of asking, which is each second, until the earlier
    one is exceeded; that of smaller children than the earlier ones is unknown.
    """
    of_children = _peak_of(resource.RUSAGE_CHILDREN)
    if _of_children_before and of_children <= _of_children_before[0]:
        of_children = 0
    return max(_own_peak(), of_children)


def _own_peak() -> int:
    peak = _peak_of(resource.RUSAGE_SELF)
    if not _before or peak > _before[0]:
        return peak
    _before[1] = max(_before[1], min(rss(), peak))
    return _before[1]


def _peak_of(whom: int) -> int:
    if whom == resource.RUSAGE_SELF:
        try:
            # getrusage also counts the program that started this one, and does not forget it.
            status = Path("/proc/self/status").read_text()
            return int(status.partition("VmHWM:")[2].split()[0]) * 1024
        except (OSError, ValueError, IndexError):
            pass
    return resource.getrusage(whom).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def forget_peak() -> None:
    """Let the peak of resident memory begin anew: by the system (Linux), or else by remembering it."""
    _of_children_before[:] = [_peak_of(resource.RUSAGE_CHILDREN)]
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        _before[:] = [_peak_of(resource.RUSAGE_SELF), 0]


def vram() -> int:
    """Bytes of the accelerator that torch or MLX uses, at their peak if recorded; 0 if none is used."""
    torch, mlx = sys.modules.get("torch"), sys.modules.get("mlx.core")
    try:
        if torch is not None and torch.cuda.is_initialized():
            return int(torch.cuda.max_memory_reserved())
        if torch is not None and sys.platform == "darwin" and torch.backends.mps.is_available():
            return int(torch.mps.driver_allocated_memory())
        if mlx is not None and mlx.metal.is_available():
            return int(mlx.get_peak_memory())
    except (AttributeError, RuntimeError):  # it is still being imported
        pass
    return 0
