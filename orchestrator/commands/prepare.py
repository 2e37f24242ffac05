"""`orchestrator prepare`: a job file beside each film with what a run would use and why, to be edited first."""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestrator.commands import film_options
from orchestrator.config.files import JOB, job_path
from orchestrator.config.merge import settings
from orchestrator.errors import FAILED, OK, PARTIAL, STORAGE, USAGE, FatalError
from orchestrator.planning.film_path import film_of
from orchestrator.planning.request import plan_for
from orchestrator.util.notices import say

if TYPE_CHECKING:
    from orchestrator.config.settings import Settings
    from orchestrator.machine.profile import Machine
    from orchestrator.planning.plan import Plan


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "prepare",
        help="write a job file beside each film, to be edited before the run",
        description=f"Write FILM{JOB} beside each film: what a run would use on this machine, each with its reason. Edit it; `run` "
        "takes it up. Takes the options of `run`: what they say goes into the file. One that was edited is kept.",
    )
    parser.add_argument("films", nargs="+", type=Path, metavar="FILM")
    film_options.add(parser, run=True)
    film_options.add_machine(parser)
    parser.add_argument("--overwrite", action="store_true", help="replace job files that were edited")


def run(arguments: argparse.Namespace) -> int:
    """Write the files; returns the exit status."""
    if arguments.from_ or arguments.until or arguments.force:
        raise FatalError(
            "prepare says how stages run: --from, --until and --force have no meaning here", status=USAGE
        )
    refused: list[FatalError] = []
    films = [film for film in dict.fromkeys(arguments.films) if not film.name.endswith(JOB)]
    for film in films:
        try:
            print(_prepare(arguments, film))
        except FatalError as error:
            if len(films) == 1 or error.status == USAGE:
                raise
            say(error)
            refused.append(error)
    if not films:
        raise FatalError("these are job files: name the films", status=USAGE)
    if refused:
        return PARTIAL if len(refused) < len(films) else refused[0].status
    print("edit, then: orchestrator run", *(str(film) for film in films), file=sys.stderr)
    return OK


def _prepare(arguments: argparse.Namespace, film: Path) -> str:
    """Write one job file; returns the line that says so."""
    from orchestrator.outputs import publish
    from orchestrator.outputs.ledger import Ledger
    from orchestrator.paths import home
    from orchestrator.planning import job_file
    from orchestrator.storage.store import Store

    film = film_of(film)
    target, ledger = job_path(film), Ledger()
    _check(target, film, ledger, overwrite=arguments.overwrite)
    # Not with the job file that is there: it would pin what was decided when it was written.
    chosen = settings(film_options.typed(arguments))
    here = film_options.machine_of(arguments)
    plan = plan_for(chosen, film, Store(home() / "store"), machine=here)
    # Of a stage's instances the first stands for all: they run alike.
    steps = {step.stage.base: step for step in reversed(plan.steps)}
    text = job_file.text(film, chosen, steps, here, _recommended(chosen, plan, here)).encode()
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "job.toml"
        draft.write_bytes(text)
        try:
            done = publish.publish(
                draft, target, hashlib.sha256(text).hexdigest(), film, ledger, overwrite=arguments.overwrite
            )
        except FatalError as error:
            hint = "a job file stands beside its film; where that cannot be, say it on the command line or in ORCHESTRATOR_CONFIG"
            raise FatalError(error.message, hint, STORAGE) from error
    return f"{'wrote' if done.changed else 'unchanged:'} {target}"


def _check(target: Path, film: Path, ledger: Any, *, overwrite: bool) -> None:
    """`FatalError` where there is a job file that this tool did not write as it stands there."""
    from ipc.digests import file_digest

    if overwrite or not target.exists():
        return
    if ledger.film(target) == str(film) and ledger.digest(target) == file_digest(target):
        return
    why = "was edited" if ledger.film(target) else "was not written by this tool"
    raise FatalError(f"{target} {why} and is kept", "--overwrite replaces it", FAILED)


def _recommended(chosen: Settings, plan: Plan, machine: Machine) -> dict[str, tuple[str, str]]:
    """The Whisper model that fits the machine where another one is taken because it is not on the disk."""
    from orchestrator.planning.recommendations import recommend

    step = plan.step("asr")
    if not step.choices or chosen.value("model") not in (None, "auto"):
        return {}
    advice = recommend("asr", step.choice.backend, machine)
    taken = step.choice.model.id if step.choice.model else None
    if advice.model is None or advice.model == taken:
        return {}
    return {"model": (advice.model, f"fits this machine: {advice.why}; fetched at the first run")}
