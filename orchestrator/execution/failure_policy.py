"""Diagnoses failures and chooses the remedy: the table of docs/architecture.md, as pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from ipc import memory

Action = Literal["fail", "retry", "smaller", "retry_smaller", "other_gpu", "next_choice", "stop"]
RETRIES = 1
_LOST = (
    "cuda error",
    "cuda failure",
    "cudaerror",
    "cublas_status",
    "cudnn_status",
    "cudnn error",
    "hip error",
)
"""In messages of the frameworks: the GPU or its driver failed, not the stage's code."""
_SHOWN = 12
"""Lines of a process's output that a message contains."""


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """What to do after a failure.

    `retry` starts a fresh worker; `smaller` reduces the batch size in the same worker; `retry_smaller` does
    both; `other_gpu` goes to another GPU of the machine; `next_choice` takes another device or a smaller
    model; `fail` ends the step; `stop` ends the whole run.

    `note` explains it to the user. For a failure for lack of memory, it states what was left to try.
    """

    action: Action
    batch: int | None = None
    note: str = ""


def remedy(
    category: str,
    *,
    died: str = "",
    retries: int = 0,
    batch: int | None = None,
    floor: int | None = None,
    device: str = "cpu",
    next_choice: str | None = None,
    other_gpu: str = "",
    lost: bool = False,
) -> Remedy:
    """Return the remedy for a failure of `category`, given what was tried.

    `died` describes how the process ended (`was killed by signal 6`) if it reported no error. Only then is a
    retry of a crash worthwhile: an exception would recur. `batch` and `floor` are the batch size of the
    failed run and the smallest one allowed; `next_choice` describes the next fallback. `other_gpu` names the
    GPUs that are left if the machine has several. `lost`: by its message, the GPU failed (`is_lost`).
    """
    smaller = batch is not None and floor is not None and batch > floor
    match category:
        case "oom_device":
            if batch is not None and floor is not None and batch // 2 >= floor:
                note = f"out of memory on {device}: batch size {batch} -> {batch // 2}"
                return Remedy(
                    action="retry_smaller" if died else "smaller", batch=max(floor, batch // 2), note=note
                )
            if other_gpu:
                return Remedy(action="other_gpu", note=f"out of memory on {device}; trying {other_gpu}")
            if next_choice is not None:
                return _next(f"out of memory on {device}", next_choice)
            return Remedy(action="fail", note=_least(device, batch))
        case "oom_host":
            # Not by halves as on a device: each try starts a new process at the beginning of the film.
            if smaller:
                return Remedy(
                    action="retry_smaller", batch=floor, note=f"out of memory: batch size {batch} -> {floor}"
                )
            if died and retries < RETRIES:
                return Remedy(action="retry", note="out of memory; retrying")
            if next_choice is not None:
                return _next("out of memory", next_choice)
            return Remedy(action="fail", note=_least("this machine", batch))
        case "crash" if died or (lost and other_gpu and retries < RETRIES):
            if retries < RETRIES and other_gpu:
                what = f"its process {died}" if died else "the GPU failed"
                return Remedy(action="other_gpu", note=f"{what} on {device}; trying {other_gpu}")
            # A crash on an accelerator is likely to recur. On some Macs, MLX crashes in its second run.
            if died and retries < RETRIES and (device != "mlx" or next_choice is None):
                return Remedy(action="retry", note=f"its process {died}; retrying")
            if next_choice is not None and device != "cpu":
                return _next(f"its process {died} on {device}", next_choice)
        case "stalled":
            if retries < RETRIES and other_gpu:
                return Remedy(action="other_gpu", note=f"no progress on {device}; trying {other_gpu}")
            if retries < RETRIES:
                return Remedy(action="retry", note="no progress; retrying")
            if next_choice is not None and device != "cpu":
                return _next(f"no progress on {device}", next_choice)
        case "storage":
            return Remedy(action="stop")
    return Remedy(action="fail")


def _next(what: str, choice: str) -> Remedy:
    return Remedy(action="next_choice", note=f"{what}; falling back to {choice}")


def _least(where: str, batch: int | None) -> str:
    if batch is None:
        return f"not enough memory on {where}, and this stage has no batch size to reduce"
    return f"not enough memory on {where}, and the batch size is already {batch}"


def is_lost(message: str) -> bool:
    """Whether a framework's message says that the GPU failed."""
    return any(words in message.lower() for words in _LOST)


class Diagnosis(NamedTuple):
    """Why a process ended: a category, a message for the user, and in a few words how it ended."""

    category: str
    message: str
    how: str


def diagnosis(
    stage: str, status: int, *, stall_s: float | None = None, for_memory: bool = False, tail: str = ""
) -> Diagnosis:
    """Diagnose a process that ended with `status` (negative for a signal) before its work was complete.

    `stall_s` is the limit for which it was stopped, or None. `for_memory` is true if the kernel has just
    killed a process for lack of memory. `tail` is the end of its output, long enough to include what precedes
    the stacks of all threads.
    """
    if stall_s is not None:
        return Diagnosis("stalled", f"{stage} made no progress for {stall_s:.0f} s", "was stopped")
    how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
    if status == -9 and for_memory:
        return Diagnosis("oom_host", f"{stage} was killed by the system: out of memory", how)
    if category := memory.category_of(tail):  # Metal and C++ end the process
        words = next((line for line in reversed(tail.splitlines()) if memory.category_of(line)), tail)
        return Diagnosis(category, f"{stage} {how}: {words.strip()}", how)
    last = "\n".join(tail.splitlines()[-_SHOWN:])
    output = f"; its last output:\n{last}" if last else ""
    return Diagnosis("crash", f"{stage} {how} before it finished{output}", how)
