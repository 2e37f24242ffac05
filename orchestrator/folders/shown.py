"""The plan of a library as lines of text and as JSON."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from orchestrator.folders import found, natural
from orchestrator.folders.library_plan import Entry, LibraryPlan
from orchestrator.util import text as fmt
from orchestrator.util.free_space import existing


def lines(plan: LibraryPlan, store: Path) -> Iterator[str]:
    """A table of the films, what is left out and why, and the totals. `store` is the folder of the cache."""
    base = _common([*(one.path for one in plan.entries), *(one.path for one in plan.skipped)])
    rows: list[tuple[str, ...]] = [("film", "length", "", "why")]
    rows += [
        (_short(one.path, base), fmt.clock(one.length) if one.length else "", *_verdict(one))
        for one in plan.entries
    ]
    for one in sorted(plan.skipped, key=lambda one: natural.of_path(one.path)):
        why = one.why.replace(f"{base}{os.sep}", "") if base else one.why
        rows.append((_short(one.path, base), "", "skip", f"{one.rule.one}: {why}"))
    if base:
        yield f"{base}{os.sep}"
    if len(rows) > 1:
        yield from fmt.table(rows)
    yield from totals(plan, store)


def totals(plan: LibraryPlan, store: Path) -> Iterator[str]:
    """How much there is to do, how long it takes, what it needs of the disk; and how many are left out."""
    running = plan.running
    if running:
        length = sum(one.length or 0.0 for one in running)
        yield f"{fmt.plural(len(running), 'film')} to run, {_hours(length)} of film{_time(running)}"
        yield from _disk(running, store)
    cached = sum(one.plan is not None and not one.runs for one in plan.entries)
    if cached:
        yield f"{fmt.plural(cached, 'film')} with nothing to run: every result is cached"
    if not plan.entries:
        yield "no film to run"
    if plan.skipped:
        yield f"left out: {found.counted(one.rule.name for one in plan.skipped)}"


def as_json(plan: LibraryPlan) -> dict[str, Any]:
    """The plan as JSON values."""
    running = plan.running
    return {
        "films": [_film(one) for one in plan.entries],
        "skipped": [
            {"film": str(one.path), "rule": one.rule.name, "reason": one.why} for one in plan.skipped
        ],
        "totals": {
            "films": len(running),
            "film_seconds": sum(one.length or 0.0 for one in running),
            "estimated_seconds": sum(one.seconds or 0.0 for one in running),
            "without_estimate": sum(one.seconds is None for one in running),
            "bytes_beside": sum(one.beside for one in running),
            "bytes_cached": sum(one.cached for one in running),
            "skipped": {
                rule.name: count
                for rule in found.RULES
                if (count := sum(one.rule is rule for one in plan.skipped))
            },
        },
    }


def _film(one: Entry) -> dict[str, Any]:
    plan = one.plan
    return {
        "film": str(one.path),
        "named": one.named,
        "verdict": "refused" if plan is None else "run" if one.runs else "cached",
        "reason": _verdict(one)[1],
        "seconds": one.length,
        "estimated_seconds": one.seconds if one.runs else 0.0,
        "bytes_beside": one.beside,
        "bytes_cached": one.cached,
        "destination": str(plan.destination) if plan else None,
        "stages": {step.name: step.verdict for step in plan.steps if step.verdict != "off"} if plan else {},
    }


def _verdict(one: Entry) -> tuple[str, str]:
    """`RUN` or `CACHED` as in the plan of one film, and why."""
    if one.plan is None:
        return "refused", one.refused.message if one.refused else ""
    if not one.runs:
        return "CACHED", "every result is cached"
    active = [step for step in one.plan.steps if step.verdict != "off"]
    first = next(step for step in active if step.verdict in {"run", "maybe"})
    time = f"; about {fmt.roughly(one.seconds)}" if one.seconds else ""
    time += f"; {one.lacking}" if one.lacking else ""
    if one.runs == len(active):
        return "RUN", f"{first.reason}{time}"
    return "RUN", f"{one.runs} of {len(active)} stages, from {first.name}: {first.reason}{time}"


def _time(running: Sequence[Entry]) -> str:
    known = [one.seconds for one in running if one.seconds is not None]
    if not known:
        return ""
    unknown = len(running) - len(known)
    more = f", and {fmt.plural(unknown, 'film')} of unknown length" if unknown else ""
    return f"; about {fmt.roughly(sum(known))} on this machine{more}"


def _disk(running: Sequence[Entry], store: Path) -> Iterator[str]:
    """The disk that the results take; and each disk on which that is more than is free."""
    needs: dict[int, tuple[Path, int]] = {}
    for one in running:
        folder = one.plan.destination.parent if one.plan else one.path.parent
        for place, size in ((existing(folder), one.beside), (existing(store), one.cached)):
            device = place.stat().st_dev
            first, before = needs.get(device, (place, 0))
            needs[device] = (first, before + size)
    beside, cached = sum(one.beside for one in running), sum(one.cached for one in running)
    sizes = [f"{fmt.size(beside)} for copies of the films with subtitles (--no-mux: none)"] if beside else []
    yield f"disk: {', '.join([*sizes, f'at most {fmt.size(cached)} in the cache'])}"
    for place, size in needs.values():
        if size > (free := shutil.disk_usage(place).free):
            yield f"{place}: has only {fmt.size(free)} free; films that do not fit fail, the others go on"


def _hours(seconds: float) -> str:
    return fmt.roughly(seconds) or "0 s"


def _common(paths: Sequence[Path]) -> Path | None:
    """The folder that all paths are below."""
    if not paths:
        return None
    common = Path(os.path.commonpath([path.parent for path in paths]))
    return common if common != Path(common.anchor) else None


def _short(path: Path, base: Path | None) -> str:
    return str(path.relative_to(base)) if base else str(path)
