"""How much memory is left to a process, a control group and the machine, as the system tells.

Pages of files that the system can drop are no use of memory, and while there is swap nobody is killed. macOS compresses and swaps
instead of killing, and is not watched.
"""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass
from pathlib import Path

from ipc.protocol import Heartbeat
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
    except (OSError, KeyError):  # psutil's KeyError: a /proc/meminfo without what every kernel writes
        return None
    return Room(free=memory.free, of=memory.total, whose="memory of this machine")


def _table(path: Path) -> dict[str, int]:
    rows = (line.split(" ", 1) for line in path.read_text().splitlines())
    return {name: int(value) for name, value in rows}
