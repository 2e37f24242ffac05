"""Estimates how long a run on a film takes, by how long its stages took in earlier runs on this machine."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from orchestrator.planning.plan import Plan
from orchestrator.run_state import paces
from orchestrator.run_state.paces import Paces, pace_of
from orchestrator.run_state.run_folders import Run

START_S, SHARE = 20.0, 0.2
"""Without any run to go by: seconds, and a share of the film's length, as for the embedded models on two
cores (`orchestrator.bench.estimate`)."""
_WEIGHTY = frozenset({"asr"})
"""Stages without whose pace there is no estimate: they take most of the time, and depend on the model."""


@dataclass(frozen=True, kw_only=True)
class Speeds:
    """What earlier runs tell: the pace of stages, and how many worked side by side."""

    paces: Paces = field(default_factory=dict)
    side_by_side: float = 1.0

    def seconds(self, plan: Plan, length: float | None) -> float | None:
        """Seconds that the stages take that are to run; None if the film's length is unknown."""
        if length is None:
            return None
        work, guessed = 0.0, False
        for step in plan.steps:
            if step.verdict not in {"run", "maybe"}:
                continue
            model = step.choice.model.id if step.choice.model else ""
            pace = pace_of(self.paces, step.name, step.choice.backend.device, model)
            work += (pace or 0.0) * length
            guessed |= pace is None and step.name in _WEIGHTY
        return START_S + SHARE * length if guessed else work / self.side_by_side


def of_runs(runs: Iterable[Run]) -> Speeds:
    """What the newest of these runs tell."""
    first, second = itertools.tee(runs)
    summaries = (summary for run in second if (summary := run.summary(quiet=True)) is not None)
    beside = [side_by_side(summary) for summary in itertools.islice(summaries, paces.RUNS)]
    return Speeds(paces=paces.of_runs(first), side_by_side=statistics.median(beside) if beside else 1.0)


def side_by_side(summary: Mapping[str, Any]) -> float:
    """How many stages of a run (its `run.json`) worked at once while any did, on average; at least 1."""
    work = sum(
        float(stage.get("seconds") or 0.0)
        for film in summary.get("films", [])
        for stage in film.get("stages", [])
        if stage.get("status") == "done"
    )
    shared = sum(
        (len(period["stages"]) - 1) * (period["end"] - period["start"])
        for period in summary.get("side_by_side", [])
    )
    return work / (work - shared) if work > shared > 0 else 1.0
