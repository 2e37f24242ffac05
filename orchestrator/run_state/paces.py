"""How long each stage took in earlier runs on this machine, as seconds of work per second of film."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from orchestrator.run_state.run_folders import Run
from orchestrator.run_state.states import RunState

RUNS = 8
"""The newest runs that are read: enough for a median, and a few milliseconds to read."""

Paces: TypeAlias = Mapping[tuple[str, str, str], float]
"""Seconds of work per second of film, by stage, device and model (empty if the stage has none)."""

NO_PACES: Paces = MappingProxyType({})


def pace_of(paces: Paces, stage: str, device: str, model: str) -> float | None:
    """The pace of a stage; of all its models if `model` is empty, which is so while it is not chosen yet."""
    if model:
        return paces.get((stage, device, model))
    some = [pace for (name, where, _), pace in paces.items() if (name, where) == (stage, device)]
    return statistics.median(some) if some else None


def of_runs(runs: Iterable[Run], most: int = RUNS) -> Paces:
    """The median pace of each stage with its device and model, from the newest `most` of `runs`."""
    summaries = (summary for run in runs if (summary := run.summary(quiet=True)) is not None)
    measured: dict[tuple[str, str, str], list[float]] = {}
    for summary in itertools.islice(summaries, most):
        for key, pace in _of_run(summary):
            measured.setdefault(key, []).append(pace)
    return {key: statistics.median(paces) for key, paces in measured.items()}


def of_state(state: RunState) -> Paces:
    """The median pace of each stage with its device and model, from the films of a run so far."""
    measured: dict[tuple[str, str, str], list[float]] = {}
    for film in state.films:
        for step in film.steps:
            if film.seconds and step.status == "done" and step.seconds is not None:
                measured.setdefault((step.name, step.device, step.model), []).append(
                    step.seconds / film.seconds
                )
    return {key: statistics.median(paces) for key, paces in measured.items()}


def _of_run(summary: Mapping[str, Any]) -> Iterable[tuple[tuple[str, str, str], float]]:
    for film in summary.get("films", []):
        length = film.get("seconds")
        for stage in film.get("stages", []):
            if length and stage.get("status") == "done" and stage.get("seconds") is not None:
                key = stage["stage"], stage.get("device") or "", stage.get("model") or ""
                yield key, float(stage["seconds"]) / float(length)
