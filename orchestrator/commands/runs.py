"""`orchestrator runs`: lists past runs, and shows their summaries and logs."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path
from typing import Any

from ipc.suggest import hint
from orchestrator.commands import verbosity
from orchestrator.errors import FAILED, OK, USAGE, FatalError
from orchestrator.run_state import run_folders
from orchestrator.stages.catalog import STAGES
from orchestrator.util import own_files, terminal
from orchestrator.util import text as fmt


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "runs",
        help="list past runs, and show their summaries and logs",
        description="List past runs, and show their summaries and logs. ID is a run's id or a part of it, "
        "or `last`. Without an action: list.",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="ACTION")
    ls = verbs.add_parser("ls", help="list runs, the newest first")
    ls.add_argument("--json", action="store_true", help="print JSON")
    show = verbs.add_parser("show", help="show the summary of a run")
    show.add_argument("id", nargs="?", default="last", metavar="ID", help="default: last")
    show.add_argument("--json", action="store_true", help="print run.json")
    logs = verbs.add_parser("logs", help="show the messages of the stages and the output of their processes")
    logs.add_argument("id", nargs="?", default="last", metavar="ID", help="default: last")
    logs.add_argument("stage", nargs="?", metavar="STAGE", help="only this stage")
    logs.add_argument("--events", action="store_true", help="show the run's events (JSON lines) instead")
    prune = verbs.add_parser("prune", help="remove old runs")
    prune.add_argument(
        "--keep",
        type=int,
        default=run_folders.KEEP,
        metavar="N",
        help=f"how many runs to keep (default: {run_folders.KEEP})",
    )
    verbosity.add(prune)


def run(arguments: argparse.Namespace) -> int:
    """Run the verb; without one, list."""
    match arguments.verb:
        case "show":
            return _show(run_folders.find(arguments.id), as_json=arguments.json)
        case "logs":
            return _logs(run_folders.find(arguments.id), arguments.stage, events=arguments.events)
        case "prune":
            if arguments.keep < 0:
                raise FatalError(f"--keep {arguments.keep}: must not be negative", status=USAGE)
            return _prune(arguments.keep)
        case _:
            return _ls(as_json=getattr(arguments, "json", False))


def _prune(keep: int) -> int:
    terminal.show(f"removed {fmt.plural(len(run_folders.prune(keep=keep)), 'run')}")
    for run in run_folders.past()[keep:]:
        if run.outcome() != "running":
            own_files.remove(run.path)  # says why it stays
    return OK


def _ls(*, as_json: bool) -> int:
    rows = [_row(run) for run in run_folders.past()]
    if as_json:
        terminal.show_json(rows)
        return OK
    if not rows:
        terminal.show("no runs yet; to start one: orchestrator run movie.mp4")
        return OK
    width = max(len(row["id"]) for row in rows)
    for row in rows:
        started = row["started"] and dt.datetime.fromisoformat(row["started"]).astimezone()
        when = f"{started:%Y-%m-%d %H:%M}" if started else " " * 16
        terminal.show(
            f"{row['id']:{width}}  {when}  {fmt.duration(row['seconds']):>8}  {row['outcome']}".rstrip()
        )
    return OK


def _row(run: run_folders.Run) -> dict[str, Any]:
    summary = run.summary() or {}
    return {
        "id": run.id,
        "started": summary.get("started") or run.began(),
        "seconds": summary.get("seconds"),
        "outcome": run.outcome(),
        "films": [film.get("path", "") for film in summary.get("films", ())] or list(run.films().values()),
        "folder": str(run.path),
    }


def _show(run: run_folders.Run, *, as_json: bool) -> int:
    summary = run.summary()
    if summary is None:
        what = {
            "running": "is still running",
            "killed": "was killed before it could write a summary",
        }.get(run.outcome(), "has a damaged summary")
        raise FatalError(f"run {run.id} {what}", f"see its events: orchestrator runs logs {run.id} --events")
    if as_json:
        terminal.show_json(summary)
        return OK
    from orchestrator.views import summary as table

    table.show(summary, sys.stdout)
    return OK


def _logs(run: run_folders.Run, stage: str | None, *, events: bool) -> int:
    if events:
        if not run.events.is_file():
            raise FatalError(f"run {run.id} has no events", f"see its folder: {run.path}")
        _copy(run.events)
        return OK
    lines = [*run.said(stage), *_cached(run, stage)]
    files = run.log_files(stage)
    if not files and not lines:
        stages = sorted({path.relative_to(run.logs).parts[0] for path in run.log_files()})
        raise FatalError(
            f"run {run.id} has no logs of {stage}" if stage else f"run {run.id} has no logs",
            hint(stage or "", [name.removesuffix(".log") for name in stages])
            if stages
            else f"see its folder: {run.path}",
            USAGE if stage and stage.partition("-")[0] not in STAGES else FAILED,
        )
    for line in lines:
        terminal.show(line)
    for path in files:
        if not path.stat().st_size:
            continue
        terminal.show(f"==> {path.relative_to(run.logs)} <==")
        _copy(path)
    return OK


_LOST = "from a run whose logs were removed"


def _cached(run: run_folders.Run, stage: str | None) -> list[str]:
    """A line for each stage whose result was cached, with the run that has its logs."""
    lines = []
    makers: dict[str, str] = {}
    # Oldest run first: if a result was made more than once, the last run before this one counts.
    for other in reversed(run_folders.past(run.path.parent)):
        if other.id < run.id:
            makers |= {step["key"]: other.id for step in _steps(other, "done")}
    for step in _steps(run, "cached"):
        if stage in {None, step["stage"]}:
            maker = makers.get(step["key"])
            origin = f"see: orchestrator runs logs {maker} {step['stage']}" if maker else _LOST
            lines.append(f"{step['stage']}: the result was cached, {origin}")
    return list(dict.fromkeys(lines))


def _steps(run: run_folders.Run, status: str) -> list[dict[str, Any]]:
    films = (run.summary() or {}).get("films", ())
    return [step for film in films for step in film["stages"] if step["status"] == status]


def _copy(path: Path) -> None:
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            terminal.show(line.removesuffix("\n"))
