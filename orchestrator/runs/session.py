"""One `orchestrator run`: plans, checks, the scheduler, the views, the files, and the report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestrator.config import files
from orchestrator.config import merge as config
from orchestrator.config.flags import BY_KEY
from orchestrator.environments import registry
from orchestrator.errors import BUG, DEGRADED, FAILED, INPUT, INTERRUPTED, OK, PARTIAL, USAGE, FatalError
from orchestrator.execution.scheduler import Scheduler, exit_category
from orchestrator.outputs import publish
from orchestrator.outputs.ledger import Ledger
from orchestrator.paths import home
from orchestrator.planning import disk_space, nfo, request
from orchestrator.planning.film_path import film_of
from orchestrator.planning.plan import Plan
from orchestrator.run_state import run_folders, run_json
from orchestrator.run_state.events import RunState
from orchestrator.runs import device_check
from orchestrator.runs.film_outputs import Files
from orchestrator.storage import file_digests
from orchestrator.storage.store import Store
from orchestrator.util.notices import say


def run(arguments: argparse.Namespace) -> int:
    """Run on every film of the command line; returns the exit status."""
    store = Store(home() / "store")
    asked, plans, refused = _plans(arguments, store)
    if not plans:
        return next((error.status for error in refused.values()), OK)
    for line in (*request.ignored(), *filter(None, map(request.taken_up, asked.values()))):
        print(f"orchestrator: {line}", file=sys.stderr)
    check(plans, store)
    while device_check.compare_devices(plans, store):  # what comes next in order may be new here too
        asked, plans, refused = _plans(arguments, store, quiet=True)
    films = {plan.film_digest: str(plan.film) for plan in plans}
    with store.in_use(), run_folders.new(plans[0].film.stem, films=films) as record:
        for film, other in record.beside():
            print(
                f"orchestrator: another run of {film} is going on ({other.id}): both do all its work. Stop one and run it again "
                "when the other has ended: what is done is then taken from there",
                file=sys.stderr,
            )
        views = _views(arguments, record)
        scheduler = Scheduler(
            store,
            record.logs,
            Files(
                {film: request.formats_of(of_film) for film, of_film in asked.items()},
                overwrite=arguments.overwrite,
                series={
                    film: of_film.series or nfo.series_of(film)
                    for film, of_film in asked.items()
                    if of_film.known_voices
                },
                run_id=record.id,
            ),
            observers=views,
            prestart=all(of_film.prestart for of_film in asked.values()),
            recycle=min((a.recycle for a in asked.values() if a.recycle is not None), default=None),
        )
        try:
            state = scheduler.run(plans)
        except BaseException:
            run_json.write(
                record, scheduler.state, status=BUG, command=sys.argv[1:], options=_options(arguments, asked)
            )
            raise
        finally:
            for view in views:
                view.close()
        strict = frozenset(film for film, of_film in asked.items() if of_film.strict)
        status = _status(state, list(refused.values()), strict)
        content = run_json.write(
            record, state, status=status, command=sys.argv[1:], options=_options(arguments, asked),
            refused=[
                {"film": str(film), "message": error.message, "hint": error.hint} for film, error in refused.items()
            ],
        )  # fmt: skip
    if not arguments.json:
        from orchestrator.views import summary

        summary.show(content, sys.stderr)
    return status


def _plans(
    arguments: argparse.Namespace, store: Store, *, quiet: bool = False
) -> tuple[dict[Path, argparse.Namespace], list[Plan], dict[Path, FatalError]]:
    """A plan a film, and under what options; a film that cannot be used is said so, unless `quiet`, and the others go on."""
    asked: dict[Path, argparse.Namespace] = {}
    plans: dict[Path, Plan] = {}
    refused: dict[Path, FatalError] = {}
    films = dict.fromkeys(arguments.films)
    ledger = Ledger()
    for film in films:
        if len(films) > 1 and film.name.endswith(files.JOB):
            continue  # `run films/*` names the job files too
        if len(films) > 1 and ledger.film(film.expanduser().absolute()):
            if not quiet:
                print(f"orchestrator: {film} is left out: this tool made it", file=sys.stderr)
            continue
        try:
            of_film, plan = _plan(arguments, film, ledger, plans, store)
            plans[plan.destination], asked[plan.film] = plan, of_film
        except FatalError as error:
            if error.status == USAGE or len(films) == 1:
                raise
            if not quiet:
                say(error)
            refused[film] = error
    return asked, list(plans.values()), refused


def _plan(
    arguments: argparse.Namespace,
    film: Path,
    ledger: Ledger,
    plans: Mapping[Path, Plan],
    store: Store,
) -> tuple[argparse.Namespace, Plan]:
    """The options for one film and its plan; `FatalError` where it is this tool's own work, or its files would be another's."""
    there = film_of(film)
    of = ledger.film(there)
    if of and file_digests.file_digest(there) == ledger.digest(there):
        raise FatalError(
            f"{film} was made by this tool out of {of}",
            "run on that one; to run on this one all the same, copy it to another name",
            INPUT,
        )
    publish.check_name(there, files.JOB)
    of_film = config.merged(arguments, there)
    plan = request.plan_from(of_film, film, store)
    other = plans.get(plan.destination)
    if other is not None and other.film != plan.film:
        raise FatalError(
            f"{film} has the name of {other.film.name}, and what is made of them would be called alike",
            "rename one, or run it by itself with another --output-dir",
            INPUT,
        )
    return of_film, plan


def check(plans: list[Plan], store: Store) -> None:
    """Everything that can be known to fail is said before anything is started."""
    active = [(plan, step) for plan in plans for step in plan.steps if step.verdict in {"run", "maybe"}]
    for env in sorted({step.choice.backend.env for _, step in active}):
        registry.require(env)
    for folder in {plan.destination.parent for plan in plans}:
        publish.check_writable(folder)
    for plan in plans:
        disk_space.check(plan, store.root)


def _views(arguments: argparse.Namespace, record: run_folders.Run) -> list[Any]:
    from orchestrator.views.jsonlines import JsonLines

    log = JsonLines(record.events.open("w", encoding="utf-8"), owned=True)
    if arguments.json:
        return [log, JsonLines()]
    from orchestrator.views import live

    if live.fits(sys.stderr):
        return [log, live.Dashboard()]
    from orchestrator.views.plain import Plain

    return [log, Plain()]


def _status(state: RunState, refused: list[FatalError], strict: frozenset[Path]) -> int:
    if state.interrupted:
        return INTERRUPTED
    ended = {"done", "cached", "off"}
    done = [film for film in state.films if all(step.status in ended for step in film.steps)]
    if refused or len(done) < len(state.films):  # a full disk leaves films that were not begun
        if done:
            return PARTIAL
        return exit_category(state) or (refused[0].status if refused else FAILED)
    degraded = any(step.degraded for film in state.films if film.path in strict for step in film.steps)
    return DEGRADED if degraded else OK


def _options(arguments: argparse.Namespace, asked: Mapping[Path, argparse.Namespace]) -> dict[str, Any]:
    """What was typed, and under `elsewhere`, by film and option, what files and variables said."""
    typed = {
        name: value
        for name, value in vars(arguments).items()
        if value not in (None, []) and (value is not False or name in BY_KEY)
    }
    told = {str(film): request.elsewhere(of_film) for film, of_film in asked.items()}
    found = {film: said for film, said in told.items() if said}
    return {**typed, "elsewhere": found} if found else typed
