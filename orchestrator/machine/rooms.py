"""Reads how much memory is left for a process, a control group and the machine.

Cached pages of files, which the system can drop, and swap count as free. macOS is not watched: it compresses
and swaps memory and does not kill processes.
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
"""The least free memory: a share of the total, and its bounds in bytes. A batch takes that in a second."""


@dataclass(frozen=True, kw_only=True)
class Room:
    """The memory left under a limit: `free` bytes `of` a total, and `whose` limit it is."""

    free: int
    of: int
    whose: str

    @property
    def tight(self) -> bool:
        """Whether so little is left that a worker has to be stopped."""
        return self.free < min(_MOST, max(_LEAST, int(self.of * _SHARE)))

    def __str__(self) -> str:
        """The room as shown to users."""
        return f"{size(max(0, self.free))} of {size(self.of)} left ({self.whose})"


def of_process(beat: Heartbeat) -> Room | None:
    """The room in a worker's address space; None without a limit."""
    if not beat.limit:
        return None
    return Room(free=beat.limit - beat.size, of=beat.limit, whose="limit of its address space")


def of_machine(root: Path = Path("/")) -> list[Room]:
    """The rooms of the machine and of this process's control groups, which the system shows below `root`."""
    rooms = [_of_group(folder) for folder in limits.memory_groups(root)]
    return [room for room in (*rooms, _of_system()) if room is not None]


def _of_group(folder: Path) -> Room | None:
    """The room in a control group of version 2 or 1; None if it has no limit."""
    for limit, used, prefix in (
        ("memory.max", "memory.current", ""),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_"),
    ):
        with contextlib.suppress(OSError, ValueError, IndexError):
            most = int((folder / limit).read_text())
            if most >= 1 << 60:  # version 1 writes a huge number if there is no limit
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
