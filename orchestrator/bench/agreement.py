"""Compares the results of our program on an accelerator with those on the CPU, stage by stage.

They are the results of the last runs on a film, which are still in the two homes. The comparison is that of
the device check (`orchestrator.runs.compare_results`), on a film instead of 20 seconds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from orchestrator.bench.program import Program, last_run
from orchestrator.bench.results import OURS, Agreement, Report
from orchestrator.bench.subject import Bench, Subject
from orchestrator.runs.compare_results import compare
from orchestrator.storage.store import Store

Outputs = dict[str, tuple[str, Path]]


def added(report: Report, film: str, subjects: Sequence[Subject], bench: Bench) -> Report:
    """The report with the agreements of a film, if our program ran on two kinds of device."""
    ours = [subject for subject in subjects if isinstance(subject, Program) and subject.of_this_checkout]
    if len(ours) < 2 or report.error(film, OURS) or report.error(film, ours[1].name):
        return report
    found = tuple(between(film, ours[0].home(bench), ours[1].home(bench)))
    return dataclasses.replace(report, agreements=(*report.agreements, *found))


def between(film: str, home: Path, reference: Path) -> Iterator[Agreement]:
    """An agreement for each stage whose device differs between the last runs of two homes."""
    there = {stage["stage"]: stage for stage in _stages(reference)}
    for stage in _stages(home):
        other = there.get(stage["stage"])
        if other is None or stage.get("device") == other.get("device"):
            continue
        ours, theirs = _outputs(home, stage["key"]), _outputs(reference, other["key"])
        if ours and theirs:
            difference = compare(theirs, ours)
            yield Agreement(
                film=film, stage=stage["stage"], device=stage["device"], agrees=difference.agrees,
                reason=difference.reason,
            )  # fmt: skip


def _stages(home: Path) -> list[dict[str, Any]]:
    films = last_run(home).get("films") or [{}]
    return [stage for stage in films[0].get("stages", ()) if stage["status"] == "done"]


def _outputs(home: Path, key: str) -> Outputs:
    entry = Store(home / "store").find(key)
    if entry is None:
        return {}
    return {name: (record.kind, entry.path(name)) for name, record in entry.manifest.outputs.items()}
