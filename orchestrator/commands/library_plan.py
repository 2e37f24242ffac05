"""`orchestrator plan` over a library: one row for each film."""

from __future__ import annotations

import argparse
from pathlib import Path

from orchestrator.commands import film_options, folder_options
from orchestrator.environments import registry
from orchestrator.errors import OK, PARTIAL
from orchestrator.film_files import headers
from orchestrator.planning.plan import Plan
from orchestrator.storage.store import Store
from orchestrator.util import terminal
from orchestrator.util.notices import notice, say


def run(arguments: argparse.Namespace, store: Store) -> int:
    """Print the plan of the library; returns the exit status."""
    from orchestrator.config.merge import settings
    from orchestrator.folders import estimates, library_plan, search, shown
    from orchestrator.run_state import run_folders

    typed = film_options.typed(arguments)
    library = folder_options.library_of(
        arguments, lambda film: settings(typed, film, job_file=not arguments.no_job_file), store
    )
    machine = film_options.machine_of(arguments)
    notices: dict[str, None] = {}

    def plan_of(film: Path) -> Plan:
        plan = film_options.planned(arguments, film, store, machine)
        notices.update(dict.fromkeys(plan.notices))
        return plan

    if not library.found.films and not library.found.skipped:
        search.refuse_nothing(arguments.films)
    if why := registry.health(headers.ENV):
        notice(f"headers of films cannot be read: the environment {headers.ENV} is not ready: {why}")
    speeds = estimates.of_runs(run_folders.past())
    with registry.unchanged():
        plan = library_plan.make(library.chosen, library.found.skipped, plan_of, speeds)
    refused = [entry.refused for entry in plan.entries if entry.refused]
    if len(refused) == len(plan.entries) == 1 and not plan.skipped:
        raise refused[0]
    for line in notices:
        notice(line)
    if arguments.json:
        terminal.show_json(shown.as_json(plan))
    else:
        terminal.show_lines(shown.lines(plan, store.root))
    for error in refused:
        say(error)
    if not refused:
        return OK
    return PARTIAL if len(refused) < len(plan.entries) else refused[0].status
