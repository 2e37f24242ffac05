"""`orchestrator prepare`: writes a job file beside each film, with the options of a run and their reasons."""

from __future__ import annotations

import argparse
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestrator.commands import film_options, verbosity
from orchestrator.config import consent, job_files
from orchestrator.config.files import JOB, job_path
from orchestrator.config.merge import settings
from orchestrator.errors import FAILED, OK, PARTIAL, STORAGE, USAGE, FatalError
from orchestrator.planning.film_path import film_of
from orchestrator.planning.request import plan_for
from orchestrator.util import scratch, terminal
from orchestrator.util.command_line import typed
from orchestrator.util.notices import say

if TYPE_CHECKING:
    from orchestrator.config.settings import Settings
    from orchestrator.machine.profile import Machine
    from orchestrator.planning.plan import Plan


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "prepare",
        help="write an editable job file beside each film",
        description=f"Write FILM{JOB} beside each film: every option with the value that a run would use on "
        "this machine, and the reason. Edit the file; `run` reads it. Options given here are written into "
        "the file. An edited file is not overwritten.",
    )
    parser.add_argument("films", nargs="+", type=Path, metavar="FILM", help="any file that ffmpeg can read")
    film_options.add(parser, run=True)
    film_options.add_machine(parser)
    parser.add_argument("--overwrite", action="store_true", help="replace job files that were edited")
    verbosity.add(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the files; returns the exit status."""
    if arguments.from_ or arguments.until or arguments.force:
        message = "prepare writes options: --from, --until and --force have no meaning here"
        raise FatalError(message, "omit them", USAGE)
    errors: list[FatalError] = []
    films = [film for film in dict.fromkeys(arguments.films) if not film.name.endswith(JOB)]
    for film in films:
        try:
            terminal.show(_prepare(arguments, film))
        except FatalError as error:
            if len(films) == 1 or error.status == USAGE:
                raise
            say(error)
            errors.append(error)
    if not films:
        raise FatalError("these are job files", "name the films", USAGE)
    if errors:
        return PARTIAL if len(errors) < len(films) else errors[0].status
    named = " ".join(typed(film) for film in films)
    terminal.tell(f"edit the file, then: orchestrator allow {named}; orchestrator run {named}")
    return OK


def _prepare(arguments: argparse.Namespace, film: Path) -> str:
    """Write one job file; returns a line that reports it."""
    from orchestrator.outputs import publish
    from orchestrator.outputs.ledger import Ledger
    from orchestrator.paths import home
    from orchestrator.planning import job_file
    from orchestrator.storage.store import Store

    film = film_of(film)
    target, ledger = job_path(film), Ledger()
    _check(target, film, ledger, overwrite=arguments.overwrite)
    # An existing job file is not read: it would fix the choices that were made when it was written.
    chosen = settings(film_options.typed(arguments))
    machine = film_options.machine_of(arguments)
    plan = plan_for(chosen, film, Store(home() / "store"), machine=machine)
    # The first instance of a stage stands for all, because all run in the same way.
    steps = {step.stage.base: step for step in reversed(plan.steps)}
    text = job_file.text(film, chosen, steps, machine, _recommended(chosen, plan, machine)).encode()
    with scratch.folder() as folder:
        draft = folder / "job.toml"
        draft.write_bytes(text)
        try:
            done = publish.publish(
                draft, target, hashlib.sha256(text).hexdigest(), film, ledger, overwrite=arguments.overwrite
            )
        except FatalError as error:
            hint = "set the options on the command line or in the configuration file"
            raise FatalError(error.message, hint, STORAGE) from error
    # What was written is allowed, and not what is there by now.
    consent.allow(job_files.parsed(text, target, target.resolve()), film)
    return f"{'wrote' if done.changed else 'unchanged:'} {target}"


def _check(target: Path, film: Path, ledger: Any, *, overwrite: bool) -> None:
    """Raise `FatalError` if the job file exists and is not exactly what this tool wrote."""
    from ipc.digests import file_digest

    if os.path.lexists(target) and not target.is_file():
        raise FatalError(f"{target}: not a file, so it was not overwritten", "remove it", FAILED)
    if overwrite or not target.exists():
        return
    if ledger.film(target) == str(film) and ledger.digest(target) == file_digest(target):
        return
    why = "was edited" if ledger.film(target) else "was not written by this tool"
    raise FatalError(f"{target} {why}, so it was not overwritten", "to replace it, use --overwrite", FAILED)


def _recommended(chosen: Settings, plan: Plan, machine: Machine) -> dict[str, tuple[str, str]]:
    """The model recommended for the machine, if it is not used because it is not downloaded."""
    from orchestrator.planning.engine_choice import ranked

    step = plan.step("asr")
    if not step.choices or chosen.value("model") not in (None, "auto"):
        return {}
    best = ranked(step.stage, machine, str(chosen.value("language") or ""))
    if not best:
        return {}
    advice = best[0].advice
    taken = step.choice.model.id if step.choice.model else None
    if advice.model is None or advice.model == taken:
        return {}
    return {"model": (advice.model, f"suits this machine: {advice.why}; downloaded at the first run")}
