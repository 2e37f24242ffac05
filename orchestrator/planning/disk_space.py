"""Is there room for what a run will write? Asked before it starts rather than after an hour."""

from __future__ import annotations

import shutil
from pathlib import Path

from orchestrator.errors import STORAGE, FatalError
from orchestrator.planning.plan import Plan
from orchestrator.util import text as fmt

_PCM_PER_SECOND = 2 * 32_000
"""16 kHz int16, twice: demux decodes into a file and makes the artifact of it."""
_LEAST_BYTES_PER_SECOND = 60_000
"""Films have more than this (480 kbit/s), so their size bounds their length. One that has less is longer than thought, and demux
says so if the disk is really full."""
_SLACK = 64 << 20


def needed(plan: Plan) -> dict[Path, int]:
    """Bytes that the run may write, by folder: an upper bound for the store, the film's own size at the destination."""
    size = plan.film.stat().st_size
    running = {step.name for step in plan.steps if step.verdict in {"run", "maybe"}}
    found: dict[Path, int] = {}
    if "mux" in running:
        found[plan.destination.parent] = size + _SLACK
    if "burn" in running:  # what the encoder makes of it is known afterwards
        found[plan.destination.parent] = found.get(plan.destination.parent, 0) + size + _SLACK
    if "demux" in running:
        found[Path("store")] = min(size // _LEAST_BYTES_PER_SECOND * _PCM_PER_SECOND, 2 << 30) + _SLACK
    return found


def check(plan: Plan, store: Path) -> None:
    """`FatalError` (storage) with how much is needed and where, when a folder has not enough room."""
    wanted: dict[int, tuple[Path, int]] = {}
    for folder, size in needed(plan).items():
        place = _existing(store if folder == Path("store") else folder)
        device = place.stat().st_dev
        already = wanted.get(device, (place, 0))[1]
        wanted[device] = (place, already + size)
    for place, size in wanted.values():
        free = shutil.disk_usage(place).free
        if free < size:
            raise FatalError(
                f"{plan.film.name}: the run needs about {fmt.size(size)} in {place}, which has {fmt.size(free)} free",
                "free some space, or choose other folders with --output-dir and ORCHESTRATOR_HOME",
                STORAGE,
            )


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder
