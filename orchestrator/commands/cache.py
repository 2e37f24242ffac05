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
from orchestrator.storage.eviction import Bounds
from orchestrator.storage.store import Store
from orchestrator.util import quantities, terminal
from orchestrator.util import text as fmt
from orchestrator.util.folder_size import folder_size
from orchestrator.util.notices import notice


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
    actions.add_parser("ls", help="list the results: stage, size, work saved, device, model and last use")
    why = actions.add_parser("why", help="show what a film's results depend on, and what would run again")
    why.add_argument("film", type=Path, metavar="FILM", help="a film that has been run")
    why.add_argument("stage", nargs="?", metavar="STAGE", help="only this stage")
    film_options.add(why)
    gc = actions.add_parser(
        "gc",
        help="remove unfinished results, and cached results by age or total size",
        description="Remove what killed runs left, and, until the rest fits, the results that save the least "
        "work for their size and the time since their last use. Results that a run needs now stay. "
        "Without --older-than and --keep-size, the limit is that of the configuration (cache_limit).",
    )
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
        help="remove results until at most SIZE is left, the least worth first: 20 (gigabytes), 500MB",
    )
    gc.add_argument(
        "-n", "--dry-run", action="store_true", help="only show which results would be removed, and why"
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
    return _gc(store, arguments)


def _gc(store: Store, arguments: argparse.Namespace) -> int:
    """Remove results, or show which."""
    days, most = arguments.older_than, arguments.keep_size
    if days is None and most is None:
        most = _limit(store)
    if not arguments.dry_run:
        count, freed = store.gc(older_than_days=days, keep_bytes=most, wait=_wait)
        if arguments.json:
            terminal.show_json({"removed": count, "size": freed})
        else:
            terminal.show(f"removed {fmt.plural(count, 'folder')}, {fmt.size(freed)}")
        return 0
    from orchestrator.run_state import run_folders

    films = run_folders.films_by_key()
    found = store.removable(Bounds(most=most, days=days))
    if arguments.json:
        terminal.show_json(
            [
                {
                    "key": one.stored.key, "stage": one.stored.manifest.stage, "size": one.size,
                    "part": one.part, "seconds": one.stored.manifest.seconds, "unused": one.idle,
                    "uses": one.stored.uses, "film": films.get(one.stored.key), "why": one.why,
                }
                for one in found
            ]
        )  # fmt: skip
        return 0
    rows = [
        (
            one.stored.manifest.stage, f"{fmt.size(one.size):>8}", one.why,
            f"used {fmt.duration(one.idle)} ago", fmt.plain(Path(films.get(one.stored.key, "")).name),
        )
        for one in found
    ]  # fmt: skip
    if rows:
        terminal.show_lines(fmt.table(rows))
    total = sum(one.size for one in found)
    terminal.show(f"would remove {fmt.plural(len(found), 'result')}, {fmt.size(total)}")
    return 0


def _wait(seconds: float) -> None:
    """Wait to see whether another machine, which has been silent, still works."""
    notice(f"another machine left unfinished results; waiting {seconds:.0f} s to see whether it still works")
    time.sleep(seconds)


def _limit(store: Store) -> int | None:
    """How many bytes the configuration allows."""
    from orchestrator.config import merge
    from orchestrator.config.values import Layer
    from orchestrator.storage import limit

    return limit.of(merge.settings(Layer()).run.cache_limit, store.root)


def _overview(store: Store, *, as_json: bool) -> int:
    """Show the results by stage and by film, the limit, and what else the tool's home holds."""
    from orchestrator.run_state import run_folders

    films = run_folders.films_by_key()
    kinds: Counter[str] = Counter()
    by_film: Counter[str] = Counter()
    work = 0.0
    for entry, size, _ in store.entries():
        kinds[entry.manifest.stage] += size
        by_film[films.get(entry.key, "")] += size
        work += entry.manifest.seconds
    most, users = _limit(store), store.living()
    others = {name: folder_size(home() / name) for name in _OTHERS}
    total = sum(kinds.values())
    if as_json:
        body = {
            "folder": str(store.root), "size": total, "limit": most, "by_stage": dict(kinds),
            "by_film": dict(by_film), "others": others, "seconds": work, "in_use_on": users,
        }  # fmt: skip
        terminal.show_json(body)
        return 0
    bound = f"may hold {fmt.size(most)}" if most is not None else "has no limit"
    saves = f", which save {fmt.duration(work)} of work" if work else ""
    terminal.show(f"{store.root}: {fmt.size(total)} of results{saves}; it {bound} (cache_limit)")
    for machine in sorted(set(users)):
        terminal.show(f"in use on {fmt.plain(machine)}: {fmt.plural(users.count(machine), 'run')}")
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
    now, pinned = time.time(), store.users.pinned()
    for entry, size, used in sorted(store.entries(), key=lambda item: -item[2]):
        made = entry.manifest
        facts = f"{fmt.duration(made.seconds):>8}  {made.device:<4}  {made.model or '-':<18}"
        idle = fmt.duration(max(0.0, now - used))
        broken = store.broken(entry.folder, made)
        terminal.show(
            f"{entry.key[:12]}  {made.stage:<13}  {fmt.size(size):>8}  {facts}  used {idle} ago"
            + (f"  ({broken})" if broken else "")
            + ("  (in use)" if entry.key in pinned else "")
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
