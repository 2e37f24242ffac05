"""What a failure was, and what to do about it: the table of docs/architecture.md, as pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ipc import memory

Action = Literal["fail", "retry", "smaller", "retry_smaller", "next_choice", "stop"]
RETRIES = 1


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """`retry` in a fresh worker; `smaller`, with a smaller batch, in the same one; `retry_smaller` both; `next_choice` on another
    device or with a smaller model; `fail` the step; `stop` the whole run.
    """

    action: Action
    batch: int | None = None
    note: str = ""


def remedy(
    category: str,
    *,
    died: bool = False,
    retries: int = 0,
    batch: int | None = None,
    floor: int | None = None,
    device: str = "cpu",
    next_choice: str | None = None,
) -> Remedy:
    """The remedy for a failure of `category`, given what was tried.

    `died` says that the process ended rather than explained itself: only that is worth trying again, an exception
    would come again. `batch` and `floor` are the batch size it ran with and the smallest it may have; `next_choice`
    names the way after this one.
    """
    match category:
        case "oom_device":
            if batch is not None and floor is not None and batch // 2 >= floor:
                action: Action = "retry_smaller" if died else "smaller"
                return Remedy(
                    action=action,
                    batch=batch // 2,
                    note=f"out of memory on {device}: batch {batch} -> {batch // 2}",
                )
            if next_choice is not None:
                return _next(f"out of memory on {device}", next_choice)
        case "oom_host":
            if batch is not None and floor is not None and batch > floor:
                return Remedy(
                    action="retry_smaller", batch=floor, note=f"out of memory: batch {batch} -> {floor}"
                )
            if died and retries < RETRIES:
                return Remedy(action="retry", note="killed for memory: tries again")
            if next_choice is not None:
                return _next("out of memory", next_choice)
        case "crash" if died:
            # What killed a process on an accelerator is likely to do so again; MLX has done it in every second run.
            if retries < RETRIES and device != "mlx":
                return Remedy(action="retry", note="its process died: tries again")
            if next_choice is not None and device != "cpu":
                return _next(f"its process died on {device}", next_choice)
        case "stalled" if retries < RETRIES:
            return Remedy(action="retry", note="made no progress: tries again")
        case "storage":
            return Remedy(action="stop")
    return Remedy(action="fail")


def _next(what: str, choice: str) -> Remedy:
    return Remedy(action="next_choice", note=f"{what}: goes on with {choice}")


def diagnosis(
    stage: str, status: int, *, stall_s: float | None = None, for_memory: bool = False, tail: str = ""
) -> tuple[str, str]:
    """Category and sentence for a process that ended with `status` (negative for a signal) before its work was done.

    `stall_s` is the limit it was stopped for, if it was; `for_memory` says that the system has just killed for memory;
    `tail` is the end of what it printed.
    """
    if stall_s is not None:
        return "stalled", f"{stage} made no progress for {stall_s:.0f} s"
    if status == -9 and for_memory:
        return "oom_host", f"{stage} was killed by the system: out of memory"
    if told := memory.category_of(tail):  # Metal ends the process that asks for too much
        return told, f"{stage} ran out of memory: {tail.strip().splitlines()[-1]}"
    how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
    said = f"; the end of its output:\n{tail}" if tail else ""
    return "crash", f"{stage} {how} before it was done{said}"
