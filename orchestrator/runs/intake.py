"""Which films take part in a run: the settings and the plan of each, or why it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from orchestrator.config import files, merge
from orchestrator.config.settings import Settings
from orchestrator.config.values import Layer
from orchestrator.environments import registry
from orchestrator.errors import INPUT, USAGE, FatalError, FilmError
from orchestrator.outputs import publish
from orchestrator.outputs.ledger import Ledger
from orchestrator.planning import disk_space, memory_space, own_films
from orchestrator.planning.film_path import film_of
from orchestrator.planning.plan import Plan
from orchestrator.planning.request import plan_for
from orchestrator.runs import device_check
from orchestrator.runs.invocation import Invocation
from orchestrator.runs.wanted import WantedFilm
from orchestrator.storage.store import Store
from orchestrator.surroundings import current_folder
from orchestrator.util import machine_errors, terminal
from orchestrator.util.notices import notice, say


@dataclass(frozen=True)
class Films:
    """What is known of the films of a run; films that join are added."""

    settings: dict[Path, Settings] = field(default_factory=dict)
    plans: dict[Path, Plan] = field(default_factory=dict)
    """By destination, because no two films may have the same."""
    refused: dict[Path, FatalError] = field(default_factory=dict)
    asked: dict[Path, Layer] = field(default_factory=dict)
    """The options of films that joined: those of the command line and their own."""

    def errors(self) -> list[FatalError]:
        """Why films were refused."""
        return list(self.refused.values())

    def strict(self) -> frozenset[Path]:
        """The films whose degraded results are a failure."""
        return frozenset(film for film, of_film in self.settings.items() if of_film.run.strict)


def joining(invocation: Invocation, wanted: WantedFilm, films: Films, store: Store) -> tuple[Settings, Plan]:
    """The settings and plan of a film that joins the run, added to `films`; `FatalError` if it cannot."""
    typed, own = invocation.command_line, wanted.options
    line = Layer(values={**own.values, **typed.values}, devices={**own.devices, **typed.devices})
    asked, ledger = replace(invocation, command_line=line), Ledger()
    for file in wanted.written:
        ledger.learn(file.path, file.digest, current_folder.absolute(wanted.film), file.clip)
    of_film, plan = plan_of(asked, wanted.film, ledger, films.plans, store)
    check([plan], store)
    while device_check.compare_devices([plan], store):
        of_film, plan = plan_of(asked, wanted.film, ledger, films.plans, store)
        check([plan], store)
    tell(of_film)
    told = {line for other in films.plans.values() for line in other.notices}
    for sentence in dict.fromkeys(plan.notices):
        if sentence not in told:
            notice(sentence)
    films.plans[plan.destination], films.settings[plan.film] = plan, of_film
    films.asked[plan.film] = line
    return of_film, plan


def tell(of_film: Settings) -> None:
    """Print a notice of the job file that sets options of a film, if there is one."""
    if line := of_film.job_file_notice():
        notice(line)


def plans_of(invocation: Invocation, store: Store, *, quiet: bool = False) -> Films:
    """The settings and plans of films; the errors of those that cannot run (printed unless `quiet`)."""
    found = Films()
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
                of_film, plan = plan_of(invocation, film, ledger, found.plans, store)
            found.plans[plan.destination], found.settings[plan.film] = plan, of_film
        except FatalError as error:
            alone = len(films) == 1 and invocation.more is None
            if (error.status == USAGE and not isinstance(error, FilmError)) or alone:
                raise
            if not quiet:
                say(error)
            found.refused[film] = error
    return found


def plan_of(
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
