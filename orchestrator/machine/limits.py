"""The cores and memory of the machine, and each stage's share of them."""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ipc.declaration import Stage

_MEMORY_SHARE = 0.8
"""The rest is for the system, other programs, and stages that need more than they declare."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The cores that this process may use, and the memory in MB for all workers together."""

    cores: int
    memory_mb: int


def machine() -> Limits:
    """The limits of this machine, or of this process's control group."""
    return Limits(cores=_cores(), memory_mb=int(memory_bytes() * _MEMORY_SHARE) >> 20)


def accelerator(device: str) -> str:
    """The accelerator of a device, empty for the CPU. MPS and MLX use the same GPU."""
    return {"cpu": "", "mps": "metal", "mlx": "metal"}.get(device, device)


def threads(stage: Stage, beside: Mapping[str, Stage], cores: int) -> int:
    """The number of threads for `stage`: its share of the cores among the stages that may run beside it.

    Shares are in proportion to the cores that each stage declares. They do not depend on what is running, so
    every run of a film uses the same number of threads.
    """
    wanted = sum(other.resources.cores for other in beside.values()) + stage.resources.cores
    share = math.ceil(cores * stage.resources.cores / wanted)
    return max(1, min(stage.resources.cores, share))


def beside(stage: Stage, stages: Mapping[str, Stage]) -> dict[str, Stage]:
    """The stages with more than one core that may run at the same time as `stage`."""
    before = _upstream(stage, stages)
    return {
        name: other
        for name, other in stages.items()
        if name != stage.name
        and name not in before
        and stage.name not in _upstream(other, stages)
        and other.resources.cores > 1
    }


def _upstream(stage: Stage, stages: Mapping[str, Stage]) -> set[str]:
    upstream: set[str] = set()
    waiting = [name for name in stage.upstream() if name in stages]
    while waiting:
        name = waiting.pop()
        if name not in upstream:
            upstream.add(name)
            waiting += [other for other in stages[name].upstream() if other in stages]
    return upstream


def _cores() -> int:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    for folder in control_groups():
        with contextlib.suppress(OSError, ValueError):
            quota, period = (folder / "cpu.max").read_text().split()
            count = min(count, max(1, int(quota) // int(period)))
    return count


def memory_bytes() -> int:
    """The memory in bytes of this machine, or of this process's control group if that is less."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for folder in control_groups():
        for name in ("memory.max", "memory.high"):
            with contextlib.suppress(OSError, ValueError):
                total = min(total, int((folder / name).read_text()))
    for folder in memory_groups():
        with contextlib.suppress(OSError, ValueError):  # version 1
            total = min(total, int((folder / "memory.limit_in_bytes").read_text()))
    return total


def control_groups(root: Path = Path("/")) -> list[Path]:
    """The folders of this process's control group (version 2) and its parents, the innermost first."""
    return _upwards(root / "sys/fs/cgroup", _group(root, ""))


def memory_groups(root: Path = Path("/")) -> list[Path]:
    """The same for memory, which has a separate hierarchy in version 1."""
    folder = root / "sys/fs/cgroup" / "memory"
    old = _upwards(folder, _group(root, "memory")) if folder.is_dir() else []
    return [*control_groups(root), *old]


def _group(root: Path, controller: str) -> str:
    """The path of this process's group in the hierarchy of `controller` (empty: version 2)."""
    with contextlib.suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            _, names, path = line.split(":", 2)
            if controller in names.split(","):
                return path.lstrip("/")
    return ""


def _upwards(root: Path, inside: str) -> list[Path]:
    folder = root / inside
    return [folder, *(parent for parent in folder.parents if parent.is_relative_to(root))]
