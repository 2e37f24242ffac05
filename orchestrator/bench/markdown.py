"""Writes a benchmark as Markdown: a row for each film, and a section with the stages.

In `docs/benchmarks.md` rows and sections stand between comments with the machine and the commit's version, so
that the next benchmark of that machine replaces them, and those of others stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ipc import atomic
from orchestrator.bench import compare, spread, tables
from orchestrator.bench.results import OURS, FilmUsed, Report
from orchestrator.bench.tables import Table
from orchestrator.errors import INPUT, FatalError
from orchestrator.util import text as fmt
from orchestrator.util.storage_errors import storage_errors

HEADINGS = ("machine", "date", "device", "model", "film", "time", "x real time", "CPU time", "memory")
ROWS = ("<!-- rows: made by orchestrator bench --markdown -->", "<!-- rows: end -->")


def rows(report: Report) -> list[str]:
    """A row of the table of machines for each film that our program finished."""
    return [_line(_row(report, film)) for film in report.films if report.of(film.name, OURS)]


def section(report: Report) -> str:
    """The section of a machine: what was run there, and every table."""
    begin, end = _marks(report)
    parts = [begin, f"### {machine(report)}", "", *_facts(report)]
    for table in (*tables.of(report), *compare.since_checkouts(report)):
        parts += ["", f"**{table.title}**", "", *_table(table)]
    parts += ["", *(f"- {line}" for line in tables.remarks(report))]
    return "\n".join([*parts, end]).replace("\n\n\n", "\n\n")


def put(report: Report, file: Path) -> None:
    """Put the rows and the section into a document, in place of those of the same machine.

    `FatalError` if the document exists and has no table of machines.
    """
    old = file.read_text(encoding="utf-8") if file.exists() else _NEW
    begin, end = ROWS
    if begin not in old or end not in old:
        raise FatalError(
            f"{file}: has no line {begin}", "name another file, or add that line and its end", INPUT
        )
    before, rest = old.split(begin, 1)
    present, after = rest.split(end, 1)
    kept = [line for line in present.splitlines() if line.startswith("|")][2:]
    keys = {_key(row) for row in rows(report)}
    lines = [_line(HEADINGS), _line(("---",) * len(HEADINGS))]
    lines += sorted([*(row for row in kept if _key(row) not in keys), *rows(report)])
    first, last = _marks(report)
    own = re.compile(re.escape(first) + ".*?" + re.escape(last), re.DOTALL)
    text = "\n".join([f"{before}{begin}", "", *lines, "", f"{end}{after}"])
    made = section(report)
    text = own.sub(lambda _: made, text) if own.search(text) else f"{text.rstrip()}\n\n{made}\n"
    with storage_errors(f"cannot write {file}", "name another file"):
        atomic.write(file, text)


def machine(report: Report) -> str:
    """The machine in a few words: processor, cores, memory, GPUs."""
    host = report.machine
    words = [host.cpu, f"{host.cores} cores", f"{host.memory_mb / 1024:.0f} GB", *host.gpus]
    return ", ".join(words)


def _row(report: Report, film: FilmUsed) -> tuple[str, ...]:
    runs = report.of(film.name, OURS)
    devices = dict.fromkeys(stage.device for run in runs for stage in run.stages if stage.device)
    models = dict.fromkeys(stage.model for run in runs for stage in run.stages if stage.stage == "asr")
    wall, cpu = spread.of(run.wall_s for run in runs), spread.of(run.cpu_s for run in runs)
    memory = max((run.peak_memory or 0 for run in runs), default=0)
    others = [device for device in devices if device != "cpu"]
    return (
        machine(report), report.date[:10], ", ".join(others) or "cpu", ", ".join(models), film.name,
        tables.seconds(wall), tables.real_time(film, wall), tables.seconds(cpu), fmt.size(memory),
    )  # fmt: skip


def _facts(report: Report) -> Iterator[str]:
    load = "unknown" if report.machine.load is None else f"{report.machine.load:.1f}"
    yield f"{report.date[:10]}, version {report.version}, commit {report.commit or 'unknown'};"
    yield f"{report.machine.platform}, Python {report.machine.python};"
    yield f"load average at the start {load}; medians of {fmt.plural(report.repeat, 'run')};"
    yield f"options: {' '.join(report.options) or 'none'}."
    others = [f"{one.name} {one.version}" for one in report.subjects if one.version and one.name != OURS]
    if others:
        yield f"Others: {', '.join(others)}."


def _table(table: Table) -> Iterator[str]:
    yield _line(table.headings)
    yield _line(["---" if table.is_text(number) else "---:" for number in range(len(table.headings))])
    yield from map(_line, table.rows)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _key(row: str) -> tuple[str, ...]:
    """Machine, device, model and film of a row."""
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    return (cells[0], *cells[2:5])


def _marks(report: Report) -> tuple[str, str]:
    return f"<!-- {machine(report)}: begin -->", f"<!-- {machine(report)}: end -->"


_NEW = f"# Benchmarks\n\n{ROWS[0]}\n{ROWS[1]}\n"
