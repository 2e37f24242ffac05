"""Maps an exception to the category by which the scheduler decides."""

from __future__ import annotations

import errno
import traceback

from ipc import memory
from ipc.errors import Category, StageError, storage_hint
from ipc.protocol import Error

_FULL = {
    "oom_device": "use a smaller --batch-size or --model",
    "oom_host": "close other programs, or use a smaller --model",
}
_STORAGE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}


def to_event(error: BaseException, job: str = "") -> Error:
    """The `error` event for an exception that ended a load or a run."""
    text = "".join(traceback.format_exception(error))
    if found := memory.lack(error):
        full, message = found
        return Error(
            category=full,
            type=type(error).__name__,
            message=message,
            hint=_FULL[full],
            traceback=text,
            job=job,
        )
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
    if isinstance(error, OSError) and error.errno in _STORAGE:
        return "storage", storage_hint(error, "choose another folder")
    if isinstance(error, ImportError):
        return "env", "run: orchestrator envs check"
    if isinstance(error, KeyboardInterrupt):
        return "cancelled", ""
    return "crash", ""
