"""Tables of a benchmark, as rows of words: for the terminal, and for Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orchestrator.bench import host, spread
from orchestrator.bench.results import OURS, FilmUsed, Report, RunUse, StageUse, SubjectUsed
from orchestrator.bench.spread import Spread
from orchestrator.util import text as fmt


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows under headings. The first `left` columns are words, the others figures, but for a last `note`."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left: int = 1
    note: bool = False

    def is_text(self, column: int) -> bool:
        """Whether a column holds words, not figures."""
        return column < self.left or (self.note and column == len(self.headings) - 1)


def of(report: Report) -> Iterator[Table]:
    """Every table of a benchmark that has rows: programs, stages of ours, agreement of devices."""
    tables = [programs(report), *(stages(report, film) for film in report.films), agreement(report)]
    yield from (table for table in tables if table.rows)


def programs(report: Report) -> Table:
    """What each program took for each film, and why it took nothing."""
    energy = sorted({name for run in report.runs for name in run.energy_j})
    vram = any(run.peak_vram for run in report.runs)
    headings: tuple[str, ...] = (
        "film",
        "program",
        "what it does",
        "time",
        "x real time",
        "CPU time",
        "memory",
    )
    headings += ("GPU memory",) * vram + tuple(f"energy, {name}" for name in energy)
    rows = [
        _program(report, film, subject, vram=vram, energy=energy)
        for film in report.films
        for subject in report.subjects
    ]
    return Table(title="Programs", headings=headings, rows=tuple(rows), left=3)


def _program(
    report: Report, film: FilmUsed, subject: SubjectUsed, *, vram: bool, energy: Sequence[str]
) -> tuple[str, ...]:
    runs = report.of(film.name, subject.name)
    begin = (film.name, subject.name, subject.about)
    rest = 3 + vram + len(energy)
    if not runs:
        why = subject.missing or report.error(film.name, subject.name) or "not run"
        return (*begin[:2], why, "-", *[""] * rest)
    wall = spread.of(run.wall_s for run in runs)
    cells = [
        seconds(wall), real_time(film, wall), seconds(spread.of(run.cpu_s for run in runs)),
        fmt.size(_most(run.peak_memory for run in runs)),
    ]  # fmt: skip
    cells += [fmt.size(_most(run.peak_vram for run in runs))] if vram else []
    cells += [_joules(spread.of(run.energy_j.get(name) for run in runs)) for name in energy]
    return (*begin, *cells)


def stages(report: Report, film: FilmUsed) -> Table:
    """What each stage of our program took for one film, the longest first."""
    runs = report.of(film.name, OURS)
    rows = []
    for name in _names(runs):
        of_stage = [stage for run in runs for stage in run.stages if stage.stage == name]
        wall = spread.of(stage.seconds for stage in of_stage)
        rows.append((wall.median if wall else 0.0, _stage(of_stage, film, wall)))
    rows.sort(key=lambda row: -row[0])
    vram = any(stage.peak_vram for run in runs for stage in run.stages)
    headings = ("stage", "device", "time", "x real time", "loading", "CPU time", "memory")
    return Table(
        title=f"Stages of {OURS}, {film.name}",
        headings=headings + ("GPU memory",) * vram,
        rows=tuple(row[: len(headings) + vram] for _, row in rows),
        left=2,
    )


def _stage(of_stage: Sequence[StageUse], film: FilmUsed, wall: Spread | None) -> tuple[str, ...]:
    first = of_stage[0]
    return (
        first.stage,
        first.device,
        seconds(wall),
        real_time(film, wall),
        seconds(spread.of(stage.load_s for stage in of_stage)),
        seconds(spread.of(stage.cpu_s for stage in of_stage)),
        fmt.size(_most(stage.peak_memory for stage in of_stage)),
        fmt.size(_most(stage.peak_vram for stage in of_stage)),
    )


def agreement(report: Report) -> Table:
    """Whether the results on an accelerator are those of the CPU."""
    rows = tuple(
        (one.film, one.stage, one.device, "yes" if one.agrees else "no", one.reason)
        for one in report.agreements
    )
    return Table(
        title="Results compared with the CPU's",
        headings=("film", "stage", "device", "agrees", "difference"),
        rows=rows,
        left=5,
    )


def remarks(report: Report) -> Iterator[str]:
    """Lines below the tables: what they lack, and what to doubt."""
    if report.interrupted:
        yield "interrupted: the tables hold what was measured until then"
    if warning := host.busy(report.machine):
        yield warning
    yield from (f"not measured: {why}" for why in report.machine.without)
    degraded = dict.fromkeys(
        f"{stage.stage} is degraded: {why}"
        for run in report.runs
        for stage in run.stages
        for why in stage.degraded
    )
    yield from degraded


def seconds(found: Spread | None) -> str:
    """Median seconds, and half the range as a share of it: `12.3 s ±4%`."""
    if found is None:
        return ""
    figure = fmt.duration(found.median) if found.median >= 600 else f"{found.median:.1f} s"
    return f"{figure} ±{found.share:.0%}" if found.count > 1 else figure


def real_time(film: FilmUsed, wall: Spread | None) -> str:
    """How many seconds of film it does in a second."""
    return fmt.speed(film.seconds / wall.median) if wall and wall.median and film.seconds else ""


def _joules(found: Spread | None) -> str:
    return f"{found.median:.0f} J ±{found.share:.0%}" if found else ""


def _most(values: Iterator[int | None]) -> int | None:
    return max((value for value in values if value), default=None)


def _names(runs: Sequence[RunUse]) -> list[str]:
    return list(dict.fromkeys(stage.stage for run in runs for stage in run.stages))
