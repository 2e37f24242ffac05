"""What a failure was, and what to do about it: the table of docs/architecture.md, as pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Action = Literal["fail", "retry", "smaller", "next_device", "stop"]
RETRIES = 1


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """`retry` in a fresh worker; `smaller` with half the batch; `next_device`; `fail` the step; `stop` the whole run."""

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
    next_device: str | None = None,
) -> Remedy:
    """The remedy for a failure of `category`, given what was tried.

    `died` says that the process ended rather than explained itself: only that is worth trying again, an exception
    would come again. `batch` and `floor` are the batch size it ran with and the smallest it may have.
    """
    match category:
        case "oom_device":
            if batch is not None and floor is not None and batch // 2 >= floor:
                return Remedy(
                    action="smaller",
                    batch=batch // 2,
                    note=f"out of memory on {device}: batch {batch} -> {batch // 2}",
                )
            if next_device is not None:
                return Remedy(
                    action="next_device", note=f"out of memory on {device}: goes on with {next_device}"
                )
        case "oom_host" if retries < RETRIES:
            return Remedy(
                action="retry", batch=floor, note="killed for memory: tries again in smaller pieces"
            )
        case "crash" if died and retries < RETRIES:
            return Remedy(action="retry", note="its process died: tries again")
        case "stalled" if retries < RETRIES:
            return Remedy(action="retry", note="made no progress: tries again")
        case "storage":
            return Remedy(action="stop")
    return Remedy(action="fail")


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
    how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
    said = f"; the end of its output:\n{tail}" if tail else ""
    return "crash", f"{stage} {how} before it was done{said}"
