"""`orchestrator cache`: lists cached results, shows why a stage would run again, and removes old results."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path
from typing import Any

from orchestrator.commands import film_options, verbosity
from orchestrator.paths import home
from orchestrator.planning import request
from orchestrator.storage.store import Store
from orchestrator.util import quantities, terminal
from orchestrator.util import text as fmt
from orchestrator.util.folder_size import folder_size


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "cache",
        help="show, clean and limit the result cache",
        description="The result of a stage is cached under a key made from the stage's version, its "
        "parameters and the content of its inputs. Without an action: show what it holds, by kind and film.",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
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
    verbosity.add(gc)
    why.add_argument("-v", "--verbose", action="store_true", help="also list the thresholds of each stage")


def run(arguments: argparse.Namespace) -> int:
    """Run one action; returns the exit status."""
    store = Store(home() / "store")
    if arguments.action is None:
        return _overview(store, as_json=arguments.json)
    if arguments.action == "ls":
        return _list(store)
    if arguments.action == "why":
        return _why(store, arguments)
    count, freed = store.gc(older_than_days=arguments.older_than, keep_bytes=arguments.keep_size)
    terminal.show(f"removed {fmt.plural(count, 'folder')}, {fmt.size(freed)}")
    return 0


def _overview(store: Store, *, as_json: bool) -> int:
    """Show the results by stage and by film, the limit, and what else the tool's home holds."""
    from orchestrator.config import merge
    from orchestrator.config.values import Layer
    from orchestrator.run_state import run_folders
    from orchestrator.storage import limit

    films = run_folders.films_by_key()
    kinds: Counter[str] = Counter()
    by_film: Counter[str] = Counter()
    for entry, size, _ in store.entries():
        kinds[entry.manifest.stage] += size
        by_film[films.get(entry.key, "")] += size
    most = limit.of(merge.settings(Layer()).run.cache_limit, store.root)
    others = {name: folder_size(home() / name) for name in _OTHERS}
    total = sum(kinds.values())
    if as_json:
        body = {
            "folder": str(store.root), "size": total, "limit": most, "by_stage": dict(kinds),
            "by_film": dict(by_film), "others": others,
        }  # fmt: skip
        terminal.show_json(body)
        return 0
    bound = f"may hold {fmt.size(most)}" if most is not None else "has no limit"
    terminal.show(f"{store.root}: {fmt.size(total)} of results; it {bound} (cache_limit)")
    rows = [("stage", *_row(name, size)) for name, size in kinds.most_common()]
    rows += [
        ("film", *_row(name or "films of runs that were removed", size))
        for name, size in by_film.most_common()
    ]
    rows += [("other", *_row(f"{name}: {_OTHERS[name]}", size)) for name, size in others.items() if size]
    terminal.show_lines(fmt.table(rows) if rows else ["no results yet"])
    return 0


_OTHERS = {
    "models": "downloaded and converted models (orchestrator models)",
    "runs": "records of past runs (orchestrator runs prune)",
    "tmdb": "answers of TMDB",
    "translation": "translated sentences",
    "debug": "outputs of orchestrator stage",
    "edits": "your edits, which nothing removes",
    "voices": "your saved voices, which nothing removes",
}
"""Folders of the tool's home beside the store."""


def _row(name: str, size: int) -> tuple[str, str]:
    return f"{fmt.size(size):>8}", fmt.plain(name)


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
        hidden = 0
        for name, value in last[1].ingredients.items():
            # They are the stage's own numbers, up to a hundred; the reason above names those that differ.
            if name.startswith("threshold ") and not arguments.verbose:
                hidden += 1
                continue
            terminal.show(f"  {name} = {value}")
        if hidden:
            terminal.show(f"  {fmt.plural(hidden, 'threshold')} (-v lists them)")
    return 0
