"""`orchestrator allow`: shows what a job file would do, and records the user's consent to its content."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orchestrator.config import consent, job_files
from orchestrator.config.files import JOB, job_path
from orchestrator.config.job_files import JobFile
from orchestrator.errors import INPUT, OK, USAGE, FatalError
from orchestrator.library import consents
from orchestrator.surroundings import current_folder
from orchestrator.util import terminal
from orchestrator.util import text as fmt


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "allow",
        help="consent to a job file that somebody else may have written",
        description=f"Show which options of a job file (FILM{JOB}) need your consent, and give it: options "
        "that can load a model, reach the network, or read or write outside the film's folder. Consent is "
        "for the file's content at its place: a changed, moved or copied file needs it again.",
    )
    parser.add_argument(
        "places", nargs="*", type=Path, metavar="FILE|FOLDER",
        help="a job file, its film, or a folder: all job files in it and in its folders",
    )  # fmt: skip
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--show", action="store_true", help="only show what would be allowed")
    action.add_argument("--list", action="store_true", help="list the job files that you allowed")
    action.add_argument("--revoke", action="store_true", help="take consent back")


def run(arguments: argparse.Namespace) -> int:
    """Allow, list or revoke; returns the exit status."""
    if arguments.list:
        _list(arguments.places)
        return OK
    if not arguments.places:
        raise FatalError("allow: no job file given", "name it, its film or its folder, or use --list", USAGE)
    if arguments.revoke:
        return _revoke(arguments.places)
    jobs = [job for place in arguments.places for job in _jobs(place)]
    for job in jobs:  # all are read before one is allowed
        film = _film_of(job)
        claimed = consent.claims(job, film) if arguments.show else consent.allow(job, film)
        terminal.show(fmt.plain(str(job.path)))
        rows = [(f"  {claim.words}", f"it can {claim.reach.can}{_leads(claim)}") for claim in claimed]
        terminal.show_lines(fmt.table(rows) if rows else ["  nothing in it needs your consent"])
        if claimed:
            terminal.show("  would be allowed" if arguments.show else "  allowed, until the file changes")
    return OK


def _jobs(place: Path) -> Iterator[JobFile]:
    """The job files at a place on the command line."""
    for path in _paths(place):
        job = job_files.read(path)
        if job is None:
            raise FatalError(f"{path}: there is no such job file", "check the name", INPUT)
        yield job


def _paths(place: Path) -> list[Path]:
    there = current_folder.absolute(place)
    if not there.is_dir():
        return [there if there.name.endswith(JOB) else job_path(there)]
    files = sorted(path for path in there.rglob(f"*{JOB}") if not path.is_dir())
    if not files:
        raise FatalError(f"{place}: there is no job file in this folder", f"they are called FILM{JOB}", INPUT)
    return files


def _film_of(job: JobFile) -> Path:
    return job.path.with_name(job.path.name.removesuffix(JOB))


def _leads(claim: consent.Claim) -> str:
    return f": {fmt.plain(str(claim.target))}" if claim.target is not None else ""


def _list(places: list[Path]) -> None:
    """Print the consents, of all files or of those in `places`, each with what became of the file."""
    within = [current_folder.absolute(place).resolve() for place in places]
    rows = [
        (one.when, fmt.plain(one.path), _state(one), ", ".join(one.keys))
        for one in consents.everything()
        if not within or any(Path(one.path).is_relative_to(place) for place in within)
    ]
    terminal.show_lines(fmt.table([("allowed", "job file", "state", "options"), *rows]) if rows else ["none"])


def _state(one: consents.Consent) -> str:
    """Whether the consent still counts: `allowed`, `changed` or `gone`."""
    try:
        job = job_files.read(Path(one.path))
    except FatalError:
        return "changed"
    if job is None:
        return "gone"
    return "allowed" if job.digest == one.digest else "changed"


def _revoke(places: list[Path]) -> int:
    """Take back the consents to the files, and to all files in folders."""
    for place in places:
        there = current_folder.absolute(place).resolve()
        wanted = [there, job_path(place).resolve()]
        found = [
            Path(one.path)
            for one in consents.everything()
            if Path(one.path) in wanted or Path(one.path).is_relative_to(there)
        ]
        if not found:
            raise FatalError(f"{place}: not allowed", "see: orchestrator allow --list", INPUT)
        for path in found:
            consents.revoke(path)
            terminal.show(f"no longer allowed: {fmt.plain(str(path))}")
    return OK
