"""From an exception to a category: what the scheduler decides by."""

from __future__ import annotations

import errno
import gc
import sys
import traceback

from ipc.errors import Category, StageError
from ipc.protocol import Error

_STORAGE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}
_FULL_DEVICE = (
    "cuda out of memory",  # torch
    "cuda failed with error out of memory",  # CTranslate2
    "cuda error: out of memory",  # the driver, through either of them
    "cublas_status_alloc_failed",  # cuBLAS, for its workspace
    "cudnn_status_alloc_failed",
    "hip out of memory",  # torch on AMD
    "mps backend out of memory",  # torch on Metal
    "[metal::malloc]",  # MLX: more than a buffer may hold
    "[malloc_or_wait] unable to allocate",  # MLX, older
    "[malloc] unable to allocate",
    "kiogpucommandbuffercallbackerroroutofmemory",  # Metal; MLX ends the process with it
    "command buffer execution failed: insufficient memory",
)
_FULL_HOST = (
    "defaultcpuallocator: can't allocate memory",  # torch
    "defaultcpuallocator: not enough memory",
    "std::bad_alloc",  # CTranslate2, and whatever else is C++
)


def memory_category(text: str) -> Category | None:
    """`oom_device` or `oom_host` where a framework's message, or the last words of a process, tell of a lack of memory."""
    lower = text.lower()
    if any(words in lower for words in _FULL_DEVICE):
        return "oom_device"
    return "oom_host" if any(words in lower for words in _FULL_HOST) else None


def to_event(error: BaseException, job: str = "") -> Error:
    """The `error` event for an exception that ended a load or a run."""
    text = "".join(traceback.format_exception(error))
    if isinstance(error, StageError):
        return Error(
            category=error.category,
            type=type(error).__name__,
            message=error.message,
            hint=error.hint,
            traceback=text,
            job=job,
        )
    category, hint = _classify(error)
    message = str(error) or type(error).__name__
    return Error(
        category=category, type=type(error).__name__, message=message, hint=hint, traceback=text, job=job
    )


def _classify(error: BaseException) -> tuple[Category, str]:
    told = "oom_host" if _no_memory(error) else memory_category(str(error))
    if told == "oom_host":
        return told, "close other programs, or take a smaller --model"
    if told == "oom_device":
        return told, "a smaller --batch-size or --model needs less memory"
    if isinstance(error, OSError) and error.errno in _STORAGE:
        return "storage", "free some space there, or choose another folder"
    if isinstance(error, ImportError):
        return "env", "orchestrator envs check"
    if isinstance(error, KeyboardInterrupt):
        return "cancelled", ""
    return "crash", ""


def _no_memory(error: BaseException) -> bool:
    return isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM)


def release_memory() -> None:
    """Give back what the frameworks hold of an accelerator: after a lack of memory a smaller batch needs all of it."""
    gc.collect()
    torch, mlx = sys.modules.get("torch"), sys.modules.get("mlx.core")
    if torch is not None and torch.cuda.is_available() and torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    if torch is not None and torch.backends.mps.is_available():
        torch.mps.empty_cache()
    if mlx is not None:
        mlx.clear_cache()
