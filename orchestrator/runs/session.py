"""Runs films from start to end: plans, checks, scheduler, views, output files and summary."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestrator.config import merge
from orchestrator.config.settings import Settings
from orchestrator.errors import BUG, OK, FatalError
from orchestrator.execution.scheduler import Scheduler
from orchestrator.film_files import nfo
from orchestrator.folders import set_aside
from orchestrator.paths import home
from orchestrator.planning.plan import Plan
from orchestrator.run_state import run_folders, run_json
from orchestrator.run_state.states import RunState
from orchestrator.runs import (
    advice,
    device_check,
    exit_status,
    film_outputs,
    intake,
    one_conversation,
    shown,
    trim_cache,
)
from orchestrator.runs.feeder import Feeder, ahead
from orchestrator.runs.invocation import Invocation
from orchestrator.runs.recorder import Recorder
from orchestrator.runs.wanted import Unreadable, WantedFilm
from orchestrator.storage.store import Store
from orchestrator.util import terminal
from orchestrator.util.film_names import stem_of
from orchestrator.util.notices import notice, say
from orchestrator.views import jsonlines


def run(invocation: Invocation) -> int:
    """Run the films; returns the exit status."""
    store = Store(home() / "store")
    films = intake.plans_of(invocation, store)
    plans = list(films.plans.values())
    if plans:
        for of_film in films.settings.values():
            intake.tell(of_film)
        for line in dict.fromkeys(line for plan in plans for line in plan.notices):
            notice(line)
        if together := one_conversation.hint([plan.film for plan in plans]):
            notice(together)
        intake.check(plans, store)
    while plans and device_check.compare_devices(plans, store):  # the next device may need a check too
        reported = films.refused
        films = intake.plans_of(invocation, store, quiet=True)
        plans = list(films.plans.values())
        for film in films.refused.keys() - reported.keys():
            say(films.refused[film])
        intake.check(plans, store)  # the devices that are left may have less memory
    if not plans and invocation.more is None:
        return _without_films(films.refused, invocation)
    name = stem_of(plans[0].film) if plans else "films"
    digests = {plan.film_digest: str(plan.film) for plan in plans}
    with (
        store.in_use(),
        trim_cache.during(store, films.settings.values()) as trimmed,
        run_folders.new(name, films=digests) as record,
    ):
        _warn_of_other_runs(record)
        state, content = _execute(invocation, films, store, record)
    trim_cache.after(store, films.settings.values(), state, trimmed)
    shown.summary(content, invocation)
    advice.after(content, films.settings.values(), silent=invocation.json or invocation.quiet)
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
    invocation: Invocation, films: intake.Films, store: Store, record: run_folders.Run
) -> tuple[RunState, Mapping[str, Any]]:
    """Run the stages, and write the files and `run.json`; returns the last state and `run.json`."""
    output_files = _files(invocation, films.settings, record)
    views = [*shown.views(record, invocation), set_aside.Recorder(), *invocation.observers]
    if invocation.more is not None:  # first: a film whose end is reported has its record
        views.insert(0, Recorder(record, invocation, films, output_files.review))
    plans = list(films.plans.values())
    of_all = films.settings.values() or [merge.settings(invocation.command_line)]

    def status_of(state: RunState) -> int:
        return exit_status.of_run(state, films.errors(), films.strict(), output_files.unwritten)

    scheduler = Scheduler(
        store,
        record.logs,
        output_files,
        observers=views,
        scratch=record.scratch,
        lean=True,
        prestart=all(of_film.run.prestart for of_film in of_all),
        recycle=min((s.run.recycle for s in of_all if s.run.recycle is not None), default=None),
        status_of=status_of,
    )

    def write(state: RunState, status: int) -> Mapping[str, Any]:
        return run_json.write(
            record, state, status=status, command=sys.argv[1:],
            options=shown.options(invocation, films.settings),
            refused=[
                {"film": str(film), "message": error.message, "hint": error.hint}
                for film, error in films.refused.items()
            ],
            review=output_files.review, left_out=invocation.left_out(),
        )  # fmt: skip

    if invocation.more is not None:
        feeder = Feeder(
            lambda wanted: intake.joining(invocation, wanted, films, store)[1],
            lambda one, error: _refused(one, error, films),
            scheduler.door,
            lambda plan: _joins(plan, films, record, output_files),
            max(ahead(), invocation.at_once),
        )
        views.append(feeder)
        scheduler.observe(feeder)
        feeder.begin(invocation.more(feeder), (plan.film for plan in plans))
    try:
        state = scheduler.run(plans, expecting=invocation.more is not None)
    except BaseException:
        write(scheduler.state, BUG)
        raise
    finally:
        for view in views:
            view.close()
    if (lost := scheduler.lost_output) is not None:
        notice(f"stopped, because standard output cannot be written: {lost.strerror}")
        return state, write(state, exit_status.of_lost_output(lost))
    return state, write(state, status_of(state))


def _joins(
    plan: Plan, films: intake.Films, record: run_folders.Run, output_files: film_outputs.Files
) -> None:
    """A planned film joins the run: its files are begun, and those of its run before have been written."""
    of_film = films.settings[plan.film]
    output_files.expect(plan.film, of_film.formats(), _series(plan.film, of_film))
    record.add_film(plan.film_digest, str(plan.film))
    _warn_of_other_runs(record, plan.film_digest)


def _refused(one: WantedFilm | Unreadable, error: FatalError, films: intake.Films) -> None:
    if error.status != OK:  # it was not cancelled
        say(error)
        films.refused[one.film if isinstance(one, WantedFilm) else Path(one.line)] = error


def _files(
    invocation: Invocation, settings: Mapping[Path, Settings], record: run_folders.Run
) -> film_outputs.Files:
    return film_outputs.Files(
        {film: of_film.formats() for film, of_film in settings.items()},
        overwrite=invocation.overwrite,
        series={film: series for film, of_film in settings.items() if (series := _series(film, of_film))},
        run_id=record.id,
        run_folder=record.path,
    )


def _series(film: Path, of_film: Settings) -> str:
    """The series whose voices are saved; empty for none."""
    return (of_film.run.series or nfo.series_of(film)) if of_film.run.known_voices else ""


def _warn_of_other_runs(record: run_folders.Run, digest: str = "") -> None:
    """Warn of the films, or the one with this `digest`, that another run processes too."""
    wanted = record.films().get(digest)
    for film, other in record.beside():
        if wanted not in {None, film}:
            continue
        say(
            FatalError(
                f"{film}: another run is in progress ({other.id}); running both duplicates the work",
                "stop one of them, and start it again when the other has finished: it will use the "
                "cached results",
            )
        )
