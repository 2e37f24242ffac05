"""Writes `run.json`: what a run did, in one file for users and other tools. See `docs/run-json.md`.

The content is made from the run's state alone, so that failed and interrupted runs have it too. Times of day
are ISO 8601 in UTC, durations seconds, sizes bytes, `speed` a multiple of real time. Every string passes
through `orchestrator.util.redact`, so that no token gets in.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ipc import atomic, json_text
from orchestrator import __version__
from orchestrator.run_state.run_folders import Run
from orchestrator.run_state.states import FilmState, RunState, StepState
from orchestrator.stages.catalog import STAGES
from orchestrator.surroundings import current_folder
from orchestrator.util.redact import masked
from orchestrator.util.storage_errors import storage_errors

SCHEMA = 1
"""Raised when a field changes its meaning or is removed, but not for new fields."""


def write(
    run: Run,
    state: RunState,
    *,
    status: int,
    command: Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
    refused: Sequence[Mapping[str, str]] = (),
    review: Mapping[Path, Mapping[str, Any]] = MappingProxyType({}),
    left_out: Sequence[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """Write `run.json` into the run's folder, complete or not at all, and return its content."""
    content = summary(
        state,
        status=status,
        run_id=run.id,
        command=command,
        options=options or {},
        refused=refused,
        review=review,
        left_out=left_out,
    )
    with storage_errors(f"cannot write {run.report}", "make its folder writable"):
        atomic.write(run.report, json_text.dumps(content, indent=2) + "\n", durable=True)
    return content


def summary(
    state: RunState,
    *,
    status: int,
    run_id: str = "",
    command: Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
    refused: Sequence[Mapping[str, str]] = (),
    review: Mapping[Path, Mapping[str, Any]] = MappingProxyType({}),
    left_out: Sequence[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """The content of `run.json` for a run that ended with exit status `status`.

    `refused` are the films that could not be planned: `film`, `message`, `hint`. `review` is what the report
    of each film counts, `left_out` the films in folders that were not taken: `film`, `rule`, `reason`.
    """
    films = [{**_film(film, state.started), "review": review.get(film.path) or {}} for film in state.films]
    steps = [(film, step) for film in state.films for step in film.steps]
    content = {
        "schema": SCHEMA,
        "id": run_id,
        "outcome": outcome(state),
        "exit_status": status,
        "degraded": [
            {"film": str(film.path), "stage": step.name, "reason": reason}
            for film, step in steps
            for reason in step.degraded
        ],
        "failed": [
            {"film": str(film.path), "stage": step.name, **_error(step)}
            for film, step in steps
            if step.status == "failed"
        ],
        "refused": [dict(film) for film in refused],
        "left_out": [dict(film) for film in left_out],
        "version": __version__,
        "command": list(command),
        "cwd": str(current_folder.here() or ""),
        "options": dict(options or {}),
        "started": _instant(state.started),
        "ended": _instant(state.ended),
        "seconds": _span(state.started, state.ended),
        "machine": machine(),
        "side_by_side": side_by_side([step for _, step in steps], state.started),
        "machines": dict(state.machines),
        "films": films,
    }
    return dict(masked(_plain(content)))


def outcome(state: RunState) -> str:
    """`interrupted`, `failed`, `degraded` or `done`."""
    found = {film_outcome(film) for film in state.films}
    if state.interrupted:
        return "interrupted"
    return next((one for one in ("failed", "interrupted", "degraded") if one in found), "done")


def film_outcome(film: FilmState) -> str:
    """`cancelled`, `failed`, `degraded` or `done`; `interrupted` if stages are left."""
    if film.ended:
        return film.ended
    if any(step.status == "failed" for step in film.steps):
        return "failed"
    if any(step.status not in {"done", "cached", "off"} for step in film.steps):
        return "interrupted"
    return "degraded" if any(step.degraded for step in film.steps) else "done"


def machine() -> dict[str, Any]:
    """The machine of the run: platform, cores that this process may use, memory in bytes."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        memory: int | None = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        memory = None
    return {
        "platform": platform.platform(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "cores": cores,
        "memory": memory,
    }


def side_by_side(steps: Sequence[StepState], origin: float) -> list[dict[str, Any]]:
    """Periods in which two or more stages ran at once, in seconds after `origin`, in order."""
    spans = [
        (step.started, step.ended, step.name)
        for step in steps
        if step.started is not None and step.ended is not None and step.ended > step.started
    ]
    edges = sorted({edge for start, end, _ in spans for edge in (start, end)})
    found: list[dict[str, Any]] = []
    for left, right in itertools.pairwise(edges):
        names = sorted(name for start, end, name in spans if start <= left and end >= right)
        if len(names) < 2:
            continue
        start, end = round(left - origin, 3), round(right - origin, 3)
        if found and found[-1]["stages"] == names and found[-1]["end"] == start:
            found[-1]["end"] = end
        else:
            found.append({"stages": names, "start": start, "end": end})
    return found


def _film(film: FilmState, started: float) -> dict[str, Any]:
    return {
        "path": str(film.path),
        "digest": film.digest,
        "title": film.title,
        "seconds": film.seconds,
        "language": film.language,
        "machine": film.machine,
        "outputs": [
            {"name": o.name, "path": str(o.path), "size": o.size, "note": o.note} for o in film.outputs
        ],
        "stages": [_step(step, film, started) for step in film.steps],
    }


def _step(step: StepState, film: FilmState, started: float) -> dict[str, Any]:
    return {
        "stage": step.name,
        "status": step.status,
        "reason": step.reason,
        "key": step.key,
        "env": step.env,
        "device": step.device,
        **({"gpu": step.gpu} if step.gpu else {}),
        "device_reason": step.device_reason,
        "notes": list(step.notes),
        "compute_type": step.compute_type,
        "runner": step.runner,
        "threads": step.threads,
        "model": step.model,
        "revision": step.revision,
        "method": step.method,
        "started": _instant(step.started),
        "ended": _instant(step.ended),
        "seconds": _round(step.seconds),
        "load_seconds": _round(step.load_seconds),
        "wait_seconds": _round(_waited(step, film, started)),
        "speed": _round(step.speed),
        "peak_memory": step.peak_rss or None,
        "peak_vram": step.vram or None,
        "retries": step.retries,
        "fallbacks": list(step.fallbacks),
        "degraded": list(step.degraded),
        "facts": step.facts,
        "metrics": step.metrics,
        **({"error": _error(step)} if step.error is not None else {}),
    }


def _waited(step: StepState, film: FilmState, started: float) -> float | None:
    """Seconds from the last input to the start: imports, loading, waiting for cores or memory."""
    if step.started is None:
        return None
    base = step.name.partition("-")[0]
    inputs = STAGES[base].upstream() if base in STAGES else ()
    before = [s.ended for s in film.steps if s.name in inputs and s.ended is not None]
    return max(0.0, step.started - max(before, default=started))


def _error(step: StepState) -> dict[str, Any]:
    if step.error is None:
        return {"category": "", "message": "no reason given", "hint": "", "log": ""}
    return {
        "category": step.error.category,
        "message": step.error.message,
        "hint": step.error.hint,
        "log": step.error.log,
    }


def _instant(seconds: float | None) -> str | None:
    """Seconds of the epoch as ISO 8601 in UTC."""
    return (
        None
        if seconds is None
        else dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="milliseconds")
    )


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _span(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else round(end - start, 3)


def _plain(value: Any) -> Any:
    """`value` in JSON's own types: tuples as lists, paths as text, NaN and infinity as null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
