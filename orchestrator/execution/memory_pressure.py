"""Memory of the machine while a run is on: how much is left, and which worker gives way before the system kills one.

The limits are those of the control groups around this process, of the machine, and of a worker's address space (`ulimit -v`).
Pages of files that the system can drop are no use of memory, and while there is swap nobody is killed. macOS compresses and
swaps instead of killing, and is not watched.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ipc.protocol import Heartbeat
from orchestrator.execution.job import Job
from orchestrator.execution.outcomes import Outcomes
from orchestrator.execution.pool import Hand, Pool
from orchestrator.machine import limits, system_memory
from orchestrator.util.text import size

_SHARE, _LEAST, _MOST = 0.05, 64 << 20, 1 << 30
"""Less than this share of the memory, between these bounds in bytes, is too little: about what a batch takes in a second."""


@dataclass(frozen=True, kw_only=True)
class Room:
    """`free` bytes `of` so many, and whose limit that is."""

    free: int
    of: int
    whose: str

    @property
    def tight(self) -> bool:
        """Say whether so little is left that somebody has to give way."""
        return self.free < min(_MOST, max(_LEAST, int(self.of * _SHARE)))

    def __str__(self) -> str:
        """For people."""
        return f"{size(max(0, self.free))} of {size(self.of)} left ({self.whose})"


class Watch:
    """Looks at every heartbeat, and makes room. The scheduler's loop is the only one who calls it."""

    def __init__(self, pool: Pool, outcomes: Outcomes) -> None:
        self._pool = pool
        self._outcomes = outcomes
        self._warned: set[int] = set()

    def look(self, hand: Hand, beat: Heartbeat) -> None:
        """A worker told of its memory: end idle workers where memory is short, or the largest whose pieces can be smaller."""
        hand.rss = beat.rss
        own = of_process(beat)
        if own is not None and own.tight:
            self._shrink([hand], own)
        room = min(of_machine(), key=lambda one: one.free / one.of, default=None)
        if room is None or not room.tight or any(other.status == "stopping" for other in self._pool.hands):
            return
        idle = [other for other in self._pool.hands if other.job is None]
        for other in idle:
            self._pool.dismiss(other)
        if not idle:
            self._shrink(self._pool.hands, room)

    def _shrink(self, hands: Sequence[Hand], room: Room) -> None:
        """Stop the largest worker that can go on in smaller pieces; where none can, say once that memory is short."""
        at_work = [hand for hand in hands if hand.status == "busy" and hand.job is not None]
        able = [hand for hand in at_work if _can_shrink(hand.job)]
        if able:
            hand = max(able, key=lambda one: one.rss)
            hand.job.pressed = f"{hand.job.name} was stopped before the memory ran out: {room}"
            hand.process.stop(at_once=True)
            hand.status = "stopping"
            return
        for hand in at_work:
            if id(hand.job) not in self._warned:
                self._warned.add(id(hand.job))
                self._outcomes.warn(hand.job, f"memory is short: {room}; its pieces cannot be smaller")


def _can_shrink(job: Job) -> bool:
    floor = job.step.stage.batch_floor
    return job.batch_size is not None and floor is not None and job.batch_size > floor


def of_process(beat: Heartbeat) -> Room | None:
    """The room in a worker's address space; None without a limit."""
    if not beat.limit:
        return None
    return Room(free=beat.limit - beat.size, of=beat.limit, whose="limit of its address space")


def of_machine(root: Path = Path("/")) -> list[Room]:
    """The rooms in the control groups around this process and in the machine; none where the system does not tell."""
    rooms = [_of_group(folder) for folder in limits.memory_groups(root)]
    return [room for room in (*rooms, _of_system()) if room is not None]


def _of_group(folder: Path) -> Room | None:
    """The room in a control group, of version 2 or 1; None where it has no limit."""
    for limit, used, prefix in (
        ("memory.max", "memory.current", ""),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_"),
    ):
        with contextlib.suppress(OSError, ValueError, IndexError):
            most = int((folder / limit).read_text())
            if most >= 1 << 60:  # version 1 has no word for `no limit`
                return None
            stat = _table(folder / "memory.stat")
            files = stat[f"{prefix}inactive_file"] + stat[f"{prefix}active_file"]
            free = most - int((folder / used).read_text()) + files
            return Room(free=free, of=most, whose="limit of its control group")
    return None


def _of_system() -> Room | None:
    if sys.platform == "darwin":
        return None
    try:
        memory = system_memory.read()
    except (OSError, KeyError):  # psutil's own word for a /proc/meminfo without what every kernel has
        return None
    return Room(free=memory.free, of=memory.total, whose="memory of this machine")


def _table(path: Path) -> dict[str, int]:
    rows = (line.split(" ", 1) for line in path.read_text().splitlines())
    return {name: int(value) for name, value in rows}
