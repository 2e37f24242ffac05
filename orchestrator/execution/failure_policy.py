"""What a failure was, and what to do about it: the table of docs/architecture.md, as pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from ipc import memory

Action = Literal["fail", "retry", "smaller", "retry_smaller", "next_choice", "stop"]
RETRIES = 1
_SHOWN = 12
"""Lines of a process's output that people are shown."""


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """`retry` in a fresh worker; `smaller`, with a smaller batch, in the same one; `retry_smaller` both; `next_choice` on another
    device or with a smaller model; `fail` the step; `stop` the whole run.

    `note` tells people; of a failure for lack of memory it says what was left to try.
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
) -> Remedy:
    """The remedy for a failure of `category`, given what was tried.

    `died` says how its process ended (`was killed by signal 6`) where it did not explain itself: only that is worth trying
    again, an exception would come again. `batch` and `floor` are the batch size it ran with and the smallest it may
    have; `next_choice` names the way after this one.
    """
    smaller = batch is not None and floor is not None and batch > floor
    match category:
        case "oom_device":
            if batch is not None and floor is not None and batch // 2 >= floor:
                note = f"out of memory on {device}: batch size {batch} -> {batch // 2}"
                return Remedy(
                    action="retry_smaller" if died else "smaller", batch=max(floor, batch // 2), note=note
                )
            if next_choice is not None:
                return _next(f"out of memory on {device}", next_choice)
            return Remedy(action="fail", note=_least(device, batch))
        case "oom_host":
            # Not by halves as on a device: each try begins with a new process and the film's first second.
            if smaller:
                return Remedy(
                    action="retry_smaller", batch=floor, note=f"out of memory: batch size {batch} -> {floor}"
                )
            if died and retries < RETRIES:
                return Remedy(action="retry", note="out of memory; retrying")
            if next_choice is not None:
                return _next("out of memory", next_choice)
            return Remedy(action="fail", note=_least("this machine", batch))
        case "crash" if died:
            # What ended a process on an accelerator is likely to do so again. MLX does it in a second run of some Macs.
            if retries < RETRIES and (device != "mlx" or next_choice is None):
                return Remedy(action="retry", note=f"its process {died}; retrying")
            if next_choice is not None and device != "cpu":
                return _next(f"its process {died} on {device}", next_choice)
        case "stalled":
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


class Diagnosis(NamedTuple):
    """What the end of a process was: a category, a sentence for people, and how it ended, in a few words."""

    category: str
    message: str
    how: str


def diagnosis(
    stage: str, status: int, *, stall_s: float | None = None, for_memory: bool = False, tail: str = ""
) -> Diagnosis:
    """What it means that a process ended with `status` (negative for a signal) before its work was done.

    `stall_s` is the limit it was stopped for, if it was; `for_memory` says that the system has just killed for memory;
    `tail` is the end of what it printed: enough of it to reach what was said before the stacks of all threads.
    """
    if stall_s is not None:
        return Diagnosis("stalled", f"{stage} made no progress for {stall_s:.0f} s", "was stopped")
    how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
    if status == -9 and for_memory:
        return Diagnosis("oom_host", f"{stage} was killed by the system: out of memory", how)
    if told := memory.category_of(
        tail
    ):  # Metal, and whatever is C++, ends the process that asks for too much
        words = next((line for line in reversed(tail.splitlines()) if memory.category_of(line)), tail)
        return Diagnosis(told, f"{stage} {how}: {words.strip()}", how)
    last = "\n".join(tail.splitlines()[-_SHOWN:])
    output = f"; its last output:\n{last}" if last else ""
    return Diagnosis("crash", f"{stage} {how} before it finished{output}", how)
