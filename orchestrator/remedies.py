"""What to do about a failure: the table of docs/architecture.md, as one pure function."""

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
    by_signal: bool = False,
    retries: int = 0,
    batch: int | None = None,
    floor: int | None = None,
    device: str = "cpu",
    next_device: str | None = None,
) -> Remedy:
    """The remedy for a failure of `category`, given what was tried.

    `by_signal` says that the process died rather than explained itself: only that is worth trying again, an exception
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
        case "crash" if by_signal and retries < RETRIES:
            return Remedy(action="retry", note="its process died: tries again")
        case "stalled" if retries < RETRIES:
            return Remedy(action="retry", note="made no progress: tries again")
        case "storage":
            return Remedy(action="stop")
    return Remedy(action="fail")
