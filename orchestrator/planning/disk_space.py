"""Checks, before a run starts, that the disk has room for what it will write."""

from __future__ import annotations

import shutil
from pathlib import Path

from orchestrator.errors import STORAGE, FatalError
from orchestrator.planning.plan import Plan
from orchestrator.util import text as fmt
from orchestrator.util.free_space import existing

_PCM_PER_SECOND = 2 * 32_000
"""Bytes: 16 kHz int16, twice, because demux decodes into a file and makes the artifact from it."""
_LEAST_BYTES_PER_SECOND = 60_000
"""Films have more than this (480 kbit/s), so that their size bounds their length. If one has less, it is
longer than assumed, and demux reports a full disk."""
_SLACK = 64 << 20


def needed(plan: Plan) -> dict[Path, int]:
    """Upper bound of the bytes that the run writes, by folder; the store as `Path("store")`."""
    size = plan.film.stat().st_size
    running = {step.name for step in plan.steps if step.verdict in {"run", "maybe"}}
    found: dict[Path, int] = {}
    if "mux" in running:
        found[plan.destination.parent] = size + _SLACK
    if "burn" in running:  # the encoder's output size is not known yet
        found[plan.destination.parent] = found.get(plan.destination.parent, 0) + size + _SLACK
    if "demux" in running:
        found[Path("store")] = min(size // _LEAST_BYTES_PER_SECOND * _PCM_PER_SECOND, 2 << 30) + _SLACK
    return found


def check(plan: Plan, store: Path) -> None:
    """Raise `FatalError` (storage) with the bytes needed if a folder has too little room."""
    wanted: dict[int, tuple[Path, int]] = {}
    for folder, size in needed(plan).items():
        place = existing(store if folder == Path("store") else folder)
        device = place.stat().st_dev
        already = wanted.get(device, (place, 0))[1]
        wanted[device] = (place, already + size)
    for place, size in wanted.values():
        free = shutil.disk_usage(place).free
        if free < size:
            raise FatalError(
                f"{plan.film.name}: needs about {fmt.size(size)} in {place}, which has {fmt.size(free)} free",
                "free some space, or choose other folders with --output-dir and ORCHESTRATOR_HOME",
                STORAGE,
            )
