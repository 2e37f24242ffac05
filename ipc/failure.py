"""From an exception to a category: what the scheduler decides by."""

from __future__ import annotations

import errno
import traceback

from ipc.errors import Category, StageError
from ipc.protocol import Error

_STORAGE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}
_OOM_TEXTS = (
    "out of memory",  # torch on CUDA and MPS, CTranslate2 on CUDA
    "cublas_status_alloc_failed",
    "[metal::malloc]",  # MLX
    "kiogpucommandbuffercallbackerroroutofmemory",
)


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
    if isinstance(error, MemoryError):
        return "oom_host", "close other programs, or run fewer films at once"
    if isinstance(error, OSError) and error.errno in _STORAGE:
        return "storage", "free some space there, or choose another folder"
    if isinstance(error, ImportError):
        return "env", "orchestrator envs check"
    if isinstance(error, KeyboardInterrupt):
        return "cancelled", ""
    if any(text in str(error).lower() for text in _OOM_TEXTS):
        return "oom_device", "a smaller --batch_size or --model needs less memory"
    return "crash", ""
