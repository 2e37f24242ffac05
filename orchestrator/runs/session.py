"""Runs films from start to end: plans, checks, scheduler, views, output files and summary."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestrator.config import files, merge
from orchestrator.config.settings import Settings
from orchestrator.config.values import Layer
from orchestrator.environments import registry
from orchestrator.errors import BUG, INPUT, OK, USAGE, FatalError, FilmError
from orchestrator.execution.scheduler import Scheduler
from orchestrator.outputs import publish
from orchestrator.outputs.ledger import Ledger
from orchestrator.paths import home
from orchestrator.planning import disk_space, memory_space, nfo, own_films
from orchestrator.planning.film_path import film_of
from orchestrator.planning.plan import Plan
from orchestrator.planning.request import EVERYTHING, Scope, plan_for
from orchestrator.run_state import paces, run_folders, run_json
from orchestrator.run_state.events import RunState
from orchestrator.runs import advice, device_check, exit_status, film_outputs, trim_cache
from orchestrator.storage.store import Store
from orchestrator.surroundings import current_folder
from orchestrator.util import machine_errors, terminal
from orchestrator.util.film_names import stem_of
from orchestrator.util.notices import notice, say
from orchestrator.views import jsonlines


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """The command line of a run: the films, the options, and the options of this run only."""

    films: tuple[Path, ...]
    command_line: Layer
    scope: Scope = EVERYTHING
    overwrite: bool = False
    json: bool = False
    quiet: bool = False
    verbose: bool = False
    job_file: bool = True


def run(invocation: Invocation) -> int:
    """Run the films; returns the exit status."""
    store = Store(home() / "store")
    settings, plans, refused = _plans(invocation, store)
    if plans:
        for line in filter(None, (of_film.job_file_notice() for of_film in settings.values())):
            notice(line)
        for line in dict.fromkeys(line for plan in plans for line in plan.notices):
            notice(line)
        check(plans, store)
    while plans and device_check.compare_devices(plans, store):  # the next device may need a check too
        reported = refused
        settings, plans, refused = _plans(invocation, store, quiet=True)
        for film in refused.keys() - reported.keys():
            say(refused[film])
        check(plans, store)  # the devices that are left may have less memory
    if not plans:
        return _without_films(refused, invocation)
    films = {plan.film_digest: str(plan.film) for plan in plans}
    with store.in_use(), run_folders.new(stem_of(plans[0].film), films=films) as record:
        _warn_of_other_runs(record)
        state, content = _execute(invocation, settings, plans, refused, store, record)
    trim_cache.after(store, settings.values(), state)
    _show(content, invocation)
    advice.after(content, settings.values(), silent=invocation.json or invocation.quiet)
    return int(content["exit_status"])


def _without_films(refused: Mapping[Path, FatalError], invocation: Invocation) -> int:
    """The exit status if no film can run: that of the first one, or 0 if all were skipped."""
    first = next(iter(refused.values()), None)
    if first is None:
        return OK
    if invocation.json:
        terminal.show(jsonlines.refusal(first))
    return first.status


def _execute(
    invocation: Invocation,
    settings: Mapping[Path, Settings],
    plans: list[Plan],
    refused: Mapping[Path, FatalError],
    store: Store,
    record: run_folders.Run,
) -> tuple[RunState, Mapping[str, Any]]:
    """Run the stages, and write the files and `run.json`; returns the last state and `run.json`."""
    views = _views(record, invocation)
    output_files = _files(invocation, settings, record)
    errors = list(refused.values())
    strict = frozenset(film for film, of_film in settings.items() if of_film.run.strict)
    scheduler = Scheduler(
        store,
        record.logs,
        output_files,
        observers=views,
        scratch=record.scratch,
        prestart=all(of_film.run.prestart for of_film in settings.values()),
        recycle=min((s.run.recycle for s in settings.values() if s.run.recycle is not None), default=None),
        status_of=lambda state: exit_status.of_run(state, errors, strict, output_files.unwritten),
    )

    def write(state: RunState, status: int) -> Mapping[str, Any]:
        return run_json.write(
            record, state, status=status, command=sys.argv[1:], options=_options(invocation, settings),
            refused=[
                {"film": str(film), "message": error.message, "hint": error.hint}
                for film, error in refused.items()
            ],
            review=output_files.review,
        )  # fmt: skip

    try:
        state = scheduler.run(plans)
    except BaseException:
        write(scheduler.state, BUG)
        raise
    finally:
        for view in views:
            view.close()
    if (lost := scheduler.lost_output) is not None:
        notice(f"stopped, because standard output cannot be written: {lost.strerror}")
        return state, write(state, exit_status.of_lost_output(lost))
    return state, write(state, exit_status.of_run(state, errors, strict, output_files.unwritten))


def _files(
    invocation: Invocation, settings: Mapping[Path, Settings], record: run_folders.Run
) -> film_outputs.Files:
    return film_outputs.Files(
        {film: of_film.formats() for film, of_film in settings.items()},
        overwrite=invocation.overwrite,
        series={
            film: of_film.run.series or nfo.series_of(film)
            for film, of_film in settings.items()
            if of_film.run.known_voices
        },
        run_id=record.id,
        run_folder=record.path,
    )


def _warn_of_other_runs(record: run_folders.Run) -> None:
    for film, other in record.beside():
        say(
            FatalError(
                f"{film}: another run is in progress ({other.id}); running both duplicates the work",
                "stop one of them, and start it again when the other has finished: it will use the "
                "cached results",
            )
        )


def _show(content: Mapping[str, Any], invocation: Invocation) -> None:
    """Print the summary of a run, as far as its options want one."""
    if invocation.json:
        return
    if invocation.quiet:
        from orchestrator.views import quiet

        quiet.show(content, sys.stdout, sys.stderr)
    else:
        from orchestrator.views import summary

        summary.show(content, sys.stderr)


def _plans(
    invocation: Invocation, store: Store, *, quiet: bool = False
) -> tuple[dict[Path, Settings], list[Plan], dict[Path, FatalError]]:
    """The settings and plans of films; the errors of those that cannot run (printed unless `quiet`)."""
    settings: dict[Path, Settings] = {}
    plans: dict[Path, Plan] = {}
    refused: dict[Path, FatalError] = {}
    films = dict.fromkeys(invocation.films)
    ledger = Ledger()
    for film in films:
        if len(films) > 1 and film.name.endswith(files.JOB):
            continue  # `run films/*` includes the job files
        if len(films) > 1 and ledger.film(current_folder.absolute(film)):
            if not quiet:
                terminal.tell(f"orchestrator: {film}: skipped, because this tool wrote it")
            continue
        try:
            with machine_errors.sentences():
                of_film, plan = _plan(invocation, film, ledger, plans, store)
            plans[plan.destination], settings[plan.film] = plan, of_film
        except FatalError as error:
            if (error.status == USAGE and not isinstance(error, FilmError)) or len(films) == 1:
                raise
            if not quiet:
                say(error)
            refused[film] = error
    return settings, list(plans.values()), refused


def _plan(
    invocation: Invocation,
    film: Path,
    ledger: Ledger,
    plans: Mapping[Path, Plan],
    store: Store,
) -> tuple[Settings, Plan]:
    """The settings and plan of a film; `FatalError` if this tool wrote it, or outputs would collide."""
    path = film_of(film)
    own_films.refuse(path, film, ledger)
    publish.check_name(path, files.JOB)
    of_film = merge.settings(invocation.command_line, path, job_file=invocation.job_file)
    plan = plan_for(of_film, film, store, invocation.scope)
    other = plans.get(plan.destination)
    if other is not None and other.film != plan.film:
        raise FatalError(
            f"{film} and {other.film.name}: their output files would have the same names",
            "rename one of them, or run it separately with another --output-dir",
            INPUT,
        )
    return of_film, plan


def check(plans: list[Plan], store: Store) -> None:
    """Raise `FatalError` if a run cannot succeed: environments, folders, disk space and memory."""
    active = [(plan, step) for plan in plans for step in plan.steps if step.verdict in {"run", "maybe"}]
    for env in sorted({step.choice.backend.env for _, step in active}):
        registry.require(env)
    for folder in {plan.destination.parent for plan in plans}:
        publish.check_writable(folder)
    for plan in plans:
        memory_space.check(plan)
        disk_space.check(plan, store.root)


def _views(record: run_folders.Run, invocation: Invocation) -> list[Any]:
    log = jsonlines.JsonLines(record.events.open("w", encoding="utf-8"), owned=True)
    if invocation.json:
        return [log, jsonlines.JsonLines()]
    if invocation.quiet:
        return [log]
    from orchestrator.views import live

    if live.fits(sys.stderr) and not invocation.verbose:
        return [log, live.Dashboard(paces=paces.of_runs(run_folders.past()))]
    from orchestrator.views.plain import Plain

    return [log, Plain(verbose=invocation.verbose)]


def _options(invocation: Invocation, settings: Mapping[Path, Settings]) -> dict[str, Any]:
    """The options on the command line; under `elsewhere`, by film, the options of files and variables."""
    scope, line = invocation.scope, invocation.command_line
    of_this_run = {
        "films": list(invocation.films),
        "overwrite": invocation.overwrite,
        "json": invocation.json,
        "no_job_file": not invocation.job_file,
        "until": scope.until,
        "from_": scope.from_,
        "force": list(scope.force),
        "device": list(dict.fromkeys(one.words.removeprefix("--device ") for one in line.devices.values())),
    }
    typed = {name: value for name, value in of_this_run.items() if value}
    typed |= {key: "" if one.value is None else one.value for key, one in line.values.items()}
    elsewhere = {
        str(film): set_elsewhere for film, one in settings.items() if (set_elsewhere := one.not_typed())
    }
    return {**typed, "elsewhere": elsewhere} if elsewhere else typed
