"""`orchestrator bench`: measures how fast this machine is, or how accurate the results are."""

from __future__ import annotations

import argparse
import datetime as dt
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestrator import __version__
from orchestrator.commands import bench_options
from orchestrator.errors import FAILED, INTERRUPTED, OK, USAGE, FatalError
from orchestrator.paths import checkout, home
from orchestrator.surroundings import current_folder
from orchestrator.util import terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orchestrator.bench.results import Report
    from orchestrator.bench.subject import Subject


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    bench_options.add(subparsers)


def run(arguments: argparse.Namespace) -> int:
    """Measure, and show the results; returns the exit status."""
    limit = bench_options.limit(arguments.fail_above)
    bench_options.check(arguments)
    if arguments.accuracy:
        from orchestrator.commands import bench_accuracy

        return bench_accuracy.run(arguments, limit)
    return _speed(arguments, limit)


def _speed(arguments: argparse.Namespace, limit: float | None) -> int:
    from orchestrator.bench import compare, markdown, results, showing, tables

    before = results.read(current_folder.absolute(arguments.compare)) if arguments.compare else None
    if arguments.results:
        report = results.read(current_folder.absolute(arguments.results))
    else:
        report = _measured(arguments)
        _keep(arguments, report, f"speed-{report.date[:19].replace(':', '')}")
    changes = list(compare.changes(before, report)) if before else []
    if arguments.json:
        import dataclasses

        terminal.show_json(dataclasses.asdict(report))
    else:
        shown = [
            *tables.of(report),
            *compare.since_checkouts(report),
            *([compare.table(changes)] if before else []),
        ]
        remarks = [*tables.remarks(report), *(compare.remarks(before, report) if before else ())]
        showing.show(shown, remarks)
        if rows := markdown.rows(report):
            terminal.tell("to share these figures, send this for docs/benchmarks.md:")
            terminal.show_lines(rows)
    if arguments.markdown:
        markdown.put(report, current_folder.absolute(arguments.markdown))
    if report.interrupted:
        return INTERRUPTED
    worse = compare.worse(changes, limit) if limit is not None else []
    for one in worse:
        where = f"{one.film}, {one.stage or 'all stages'}"
        terminal.tell(f"worse: {where}: {one.what} {one.share:+.0%}")
    gone = [
        film.name
        for film in report.films
        if limit is not None and before and before.of(film.name, results.OURS)
        if not report.of(film.name, results.OURS)
    ]
    for name in gone:
        terminal.tell(f"worse: {name}: could be run before, and fails now")
    failed = not any(report.of(film.name, results.OURS) for film in report.films)
    return FAILED if worse or gone or failed else OK


def _measured(arguments: argparse.Namespace) -> Report:
    from orchestrator.bench import estimate, films, host, lengths, measure, suite
    from orchestrator.bench.results import Report
    from orchestrator.bench.subject import Bench
    from orchestrator.planning.film_path import film_of
    from orchestrator.util import git_commit
    from orchestrator.util import text as fmt

    wanted = lengths.read(arguments.lengths)
    own = [film_of(film) for film in arguments.films]
    subjects, cpu_too = _subjects(arguments.against)
    gauge, meters, without = measure.here()
    report = Report(
        machine=host.here(meters, without), version=__version__,
        date=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        commit=git_commit.of(checkout()), options=bench_options.of_run(arguments), repeat=arguments.repeat,
    )  # fmt: skip
    if warning := host.busy(report.machine):
        terminal.tell(f"warning: {warning}")
    with _workspace(arguments.workspace) as folder:
        if not own:
            films.check_room(folder, films.needed(wanted, len(subjects)))
            guess = estimate.of([one.seconds for one in wanted], len(subjects), arguments.repeat)
            names = ", ".join(one.name for one in wanted)
            terminal.tell(
                f"films of {names}, {fmt.plural(arguments.repeat, 'run')} of each after a warm-up: about "
                f"{fmt.remaining(guess)} on two cores without a GPU; Ctrl-C keeps what is measured"
            )
            terminal.tell("composing the films")
        made = [films.own(film, folder) for film in own] or [films.compose(one, folder) for one in wanted]
        return suite.measure(
            report,
            [suite.Film(path, used) for path, used in made],
            subjects,
            Bench(folder=folder, gauge=gauge, options=report.options),
            cpu_too=cpu_too,
            tell=terminal.tell,
        )


def _subjects(words: str | None) -> tuple[list[Subject], bool]:
    """Our program and those of `--against`, and whether ours is measured on the CPU if it uses a GPU."""
    from orchestrator.bench import rivals
    from orchestrator.bench.program import Program

    subjects: list[Subject] = [Program()]
    names = [word.strip() for word in (words or "").split(",") if word.strip() not in {"", "none"}]
    for name in names:
        folder = current_folder.absolute(Path(name))
        if name == "cpu":
            continue
        if found := rivals.all_of(name):
            subjects += found
        elif (folder / "orchestrator" / "__main__.py").is_file():
            subjects.append(Program(folder.resolve().name, folder.resolve()))
        else:
            hint = "whisperx, pyannote, cpu, or the folder of another checkout of this program"
            raise FatalError(f"--against {name}: there is no such program", hint, USAGE)
    if len({one.name for one in subjects}) < len(subjects):
        raise FatalError(f"--against {words}: two of them have the same name", "rename a folder", USAGE)
    return subjects, words is None or "cpu" in names


@contextmanager
def _workspace(chosen: Path | None) -> Iterator[Path]:
    from orchestrator.util import scratch
    from orchestrator.util.storage_errors import storage_errors

    if chosen is None:
        with scratch.folder() as folder:
            yield folder
        return
    folder = current_folder.absolute(chosen)
    with storage_errors(f"cannot write {folder}", "name another folder with --workspace"):
        folder.mkdir(parents=True, exist_ok=True)
    yield folder


def _keep(arguments: argparse.Namespace, report: Report, name: str) -> None:
    """Write the results to the file of `--output`, or into the home, and say where."""
    from orchestrator.bench import results

    chosen = arguments.output
    file = current_folder.absolute(chosen) if chosen else home() / "bench" / f"{name}.json"
    results.write(file, report)
    terminal.tell(f"wrote {file}")
