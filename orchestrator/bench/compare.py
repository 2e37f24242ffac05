"""Compares two benchmarks: by film, program and stage, and whether a change is more than the spread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from orchestrator.bench import spread, tables
from orchestrator.bench.results import CPU, OURS, Report
from orchestrator.bench.spread import Spread
from orchestrator.bench.tables import Table
from orchestrator.util import text as fmt

LEAST_S = 0.3
"""Seconds by which a time has to change to count; less is a matter of when the system wakes a process."""
LEAST_BYTES = 32 << 20


@dataclass(frozen=True, kw_only=True)
class Change:
    """A figure before and after. `what` is `time`, `CPU time` or `memory`; `stage` is empty for the whole."""

    film: str
    subject: str
    stage: str
    what: str
    before: Spread
    after: Spread

    @property
    def share(self) -> float:
        """The change as a share of the median before: above 0 is worse."""
        return self.after.median / self.before.median - 1 if self.before.median else 0.0

    @property
    def clear(self) -> bool:
        """Whether the change is more than the spread of both, and than the least that counts."""
        least = LEAST_BYTES if self.what == "memory" else LEAST_S
        return self.before.apart(self.after) and abs(self.after.median - self.before.median) >= least


def changes(before: Report, after: Report) -> Iterator[Change]:
    """Every figure that both benchmarks have."""
    films = [film.name for film in after.films if film.name in {other.name for other in before.films}]
    for film in films:
        for subject in after.subjects:
            old, new = before.of(film, subject.name), after.of(film, subject.name)
            whole: Pairs = {
                "time": ([run.wall_s for run in old], [run.wall_s for run in new]),
                "CPU time": ([run.cpu_s for run in old], [run.cpu_s for run in new]),
                "memory": ([run.peak_memory for run in old], [run.peak_memory for run in new]),
            }
            yield from _changes(film, subject.name, "", whole)
            if subject.name != OURS:
                continue
            for stage in dict.fromkeys(one.stage for run in new for one in run.stages):
                a = [one for run in old for one in run.stages if one.stage == stage]
                b = [one for run in new for one in run.stages if one.stage == stage]
                of_stage: Pairs = {
                    "time": ([one.seconds for one in a], [one.seconds for one in b]),
                    "CPU time": ([one.cpu_s for one in a], [one.cpu_s for one in b]),
                    "memory": ([one.peak_memory for one in a], [one.peak_memory for one in b]),
                }
                yield from _changes(film, subject.name, stage, of_stage)


Pairs = dict[str, tuple[Sequence[float | None], Sequence[float | None]]]


def _changes(film: str, subject: str, stage: str, pairs: Pairs) -> Iterator[Change]:
    for what, (old, new) in pairs.items():
        before, after = spread.of(old), spread.of(new)
        if before and after:
            yield Change(film=film, subject=subject, stage=stage, what=what, before=before, after=after)


def since_checkouts(report: Report) -> Iterator[Table]:
    """A table of changes for each other checkout of this program that ran in turn with ours."""
    for subject in report.subjects:
        theirs = tuple(run for run in report.runs if run.subject == subject.name)
        if subject.name in {OURS, CPU} or not any(run.stages for run in theirs):
            continue
        before = replace(report, runs=tuple(replace(run, subject=OURS) for run in theirs))
        ours = replace(report, subjects=tuple(one for one in report.subjects if one.name == OURS))
        found = list(changes(before, ours))
        yield replace(table(found), title=f"Change since {subject.name} ({subject.version})")


def table(found: Sequence[Change]) -> Table:
    """The changes as rows: those of the whole, and the clear ones of stages."""
    rows = [
        (
            one.film, one.subject, one.stage or "all", one.what, _figure(one.before, one.what),
            _figure(one.after, one.what), f"{one.share:+.0%}", _verdict(one),
        )
        for one in found
        if one.clear or not one.stage
    ]  # fmt: skip
    headings = ("film", "program", "stage", "figure", "before", "after", "change", "verdict")
    return Table(title="Change", headings=headings, rows=tuple(rows), left=4, note=True)


def worse(found: Sequence[Change], limit: float) -> list[Change]:
    """The clear changes of our program for the worse by more than `limit`, a share."""
    return [one for one in found if one.subject == OURS and one.clear and one.share > limit]


def remarks(before: Report, after: Report) -> Iterator[str]:
    """What makes the two hard to compare."""
    if before.machine.summary != after.machine.summary:
        yield f"the earlier benchmark is of another machine: {before.machine.summary}"
    if before.options != after.options:
        yield f"the earlier benchmark had other options: {' '.join(before.options) or 'none'}"
    if min(before.repeat, after.repeat) == 1:
        yield "a single run has no spread: every change counts as it stands"
    lost = [film.name for film in before.films if film.name not in {one.name for one in after.films}]
    if lost:
        yield f"only in the earlier benchmark: {', '.join(lost)}"


def _figure(found: Spread, what: str) -> str:
    return fmt.size(found.median) if what == "memory" else tables.seconds(found)


def _verdict(one: Change) -> str:
    if not one.clear:
        return "within the spread"
    return "worse" if one.share > 0 else "better"
