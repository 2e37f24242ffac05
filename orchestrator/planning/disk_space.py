"""Checks, before a run starts, that the disk has room for what it will write."""

from __future__ import annotations

import shutil
from pathlib import Path

from orchestrator.errors import STORAGE, FatalError
from orchestrator.film_files import headers
from orchestrator.planning.plan import Plan
from orchestrator.util import text as fmt
from orchestrator.util.free_space import existing

_PCM_PER_SECOND = 2 * 32_000
"""Bytes: 16 kHz int16, twice, because demux decodes into a file and makes the artifact from it."""
_PCM_OF_A_VOICE = 3 * 32_000
"""Bytes of a track or channel of one speaker: decoded, in a row with the others, and in the artifact."""
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
        found[Path("store")] += _of_voices(plan)
    return found


def _of_voices(plan: Plan) -> int:
    """Bytes of the speakers' own tracks or channels, and of the recording in which they do not overlap."""
    params = plan.step("demux").choice.params
    by_track, by_channel = params.get("speakers_by_track"), params.get("speakers_by_channel")
    if not (by_track or by_channel):
        return 0
    facts = headers.of([plan.film]).get(plan.film, headers.Headers())
    tracks = [track for track in facts.sound if not track.about]
    voices = len(tracks) if by_track else max((track.channels for track in tracks), default=0)
    return round((facts.length or 0.0) * (voices * _PCM_OF_A_VOICE + _PCM_PER_SECOND))


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
