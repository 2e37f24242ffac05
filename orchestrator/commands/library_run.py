"""`orchestrator run` over a library: films are chosen and planned while others run."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from orchestrator.commands import film_options, folder_options
from orchestrator.errors import USAGE, FatalError
from orchestrator.folders import estimates, filters, found, order, quiet_hours, search
from orchestrator.folders.found import Film
from orchestrator.folders.queue import FilmQueue, TimeRules
from orchestrator.paths import home
from orchestrator.planning.plan import Plan
from orchestrator.run_state import run_folders
from orchestrator.runs import library
from orchestrator.runs.invocation import Invocation
from orchestrator.storage.store import Store
from orchestrator.util.notices import notice


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Run the films that the command line means; returns the exit status."""
    queue, lanes = _queue(arguments, invocation)
    # One more than run side by side, so that the next film is ready when one ends.
    status = library.run(replace(invocation, films=(), at_once=lanes + 1), queue)
    if not queue.started:
        why = found.counted(one.rule.name for one in queue.left_out)
        notice(f"no film to run; left out: {why} (orchestrator plan lists them)" if why else "no film to run")
    return status


def films(arguments: argparse.Namespace, invocation: Invocation) -> tuple[Path, ...]:
    """All films that the command line means, for who shares them out at once; tells what is left out.

    Raises `FatalError` (usage) for the options that start films one by one.
    """
    if arguments.limit_time or arguments.between:
        option = "--limit-time" if arguments.limit_time else "--between"
        raise FatalError(f"{option} cannot be combined with --ray", "omit one of the two", USAGE)
    queue, _ = _queue(arguments, invocation)
    chosen = tuple(iter(queue.next, None))
    if queue.left_out:
        counts = found.counted(one.rule.name for one in queue.left_out)
        notice(f"left out: {counts} (orchestrator plan lists them)")
    return chosen


def _queue(arguments: argparse.Namespace, invocation: Invocation) -> tuple[FilmQueue, int]:
    """The films that the command line means, and how many of them run side by side.

    Raises `FatalError` (input) if no film is there at all.
    """
    from orchestrator.config.merge import settings
    from orchestrator.machine import profile
    from orchestrator.views.time_left import time_left

    limit, between = arguments.limit_time, arguments.between
    rules = TimeRules(
        limit=filters.seconds(limit, "--limit-time") if limit else None,
        hours=quiet_hours.read(between) if between else None,
    )
    store, machine = Store(home() / "store"), profile.here()
    typed, job_file = invocation.command_line, invocation.job_file
    there = folder_options.library_of(arguments, lambda film: settings(typed, film, job_file=job_file), store)
    if not there.found.films and not there.found.skipped:
        search.refuse_nothing(arguments.films)

    def plan_of(film: Path) -> Plan:
        return film_options.planned(arguments, film, store, machine)

    lanes = _lanes(there.found.films, plan_of) if len(machine.gpus) > 1 else 1
    queue = FilmQueue(
        order.longest_first(there.chosen) if lanes > 1 else there.chosen,
        rules,
        estimates.of_runs(run_folders.past()) if limit else estimates.Speeds(),
        plan_of,
        time_left,
    )
    queue.left_out += there.found.skipped
    return queue, lanes


def _lanes(films: Sequence[Film], plan_of: Callable[[Path], Plan]) -> int:
    """How many films run side by side, by the plan of the first that has one."""
    for film in films:
        with contextlib.suppress(FatalError):
            return order.side_by_side(plan_of(film.path))
    return 1
