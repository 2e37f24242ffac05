"""`orchestrator cache`: lists cached results, shows why a stage would run again, and removes old results."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from orchestrator.commands import film_options
from orchestrator.paths import home
from orchestrator.planning import request
from orchestrator.storage.store import Store
from orchestrator.util import quantities, terminal
from orchestrator.util import text as fmt


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "cache",
        help="inspect and clean the result cache",
        description="The result of a stage is cached under a key made from the stage's version, its "
        "parameters and the content of its inputs.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("ls", help="list the results: stage, size, device, model and last use")
    why = actions.add_parser("why", help="show what a film's results depend on, and what would run again")
    why.add_argument("film", type=Path, metavar="FILM", help="a film that has been run")
    why.add_argument("stage", nargs="?", metavar="STAGE", help="only this stage")
    film_options.add(why)
    gc = actions.add_parser("gc", help="remove unfinished results, and cached results by age or total size")
    gc.add_argument(
        "--older-than",
        type=quantities.age,
        metavar="DAYS",
        help="remove results that were not used for DAYS days",
    )
    gc.add_argument(
        "--keep-size",
        type=quantities.size,
        metavar="SIZE",
        help="remove the least recently used results until at most SIZE is left: 20 (gigabytes), 500MB",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run one action; returns the exit status."""
    store = Store(home() / "store")
    if arguments.action == "ls":
        return _list(store)
    if arguments.action == "why":
        return _why(store, arguments)
    count, freed = store.gc(older_than_days=arguments.older_than, keep_bytes=arguments.keep_size)
    terminal.show(f"removed {fmt.plural(count, 'folder')}, {fmt.size(freed)}")
    return 0


def _list(store: Store) -> int:
    total = count = 0
    now = time.time()
    for entry, size, used in sorted(store.entries(), key=lambda item: -item[2]):
        made = entry.manifest
        facts = f"{made.device:<4}  {made.model or '-':<18}  used {fmt.duration(max(0.0, now - used))} ago"
        broken = store.broken(entry.folder, made)
        terminal.show(
            f"{entry.key[:12]}  {made.stage:<13}  {fmt.size(size):>8}  {facts}"
            + (f"  ({broken})" if broken else "")
        )
        total, count = total + size, count + 1
    terminal.show(f"{fmt.plural(count, 'result')}, {fmt.size(total)} in {store.root}")
    return 0


def _why(store: Store, arguments: argparse.Namespace) -> int:
    plan = film_options.plan_of(arguments, arguments.film, store)
    if arguments.stage is not None:
        request.instances(arguments.stage, "cache why")
    for step in plan.steps:
        if step.verdict == "off" or arguments.stage not in (None, step.name):
            continue
        terminal.show(f"{step.name}: {step.verdict}" + (f" ({step.reason})" if step.reason else ""))
        last = store.last(plan.film, step.name)
        if last is None:
            terminal.show("  no cached result")
            continue
        for name, value in last[1].ingredients.items():
            terminal.show(f"  {name} = {value}")
    return 0
