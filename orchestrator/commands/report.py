"""`orchestrator report`: rebuilds the report of a film's last run from cached results."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestrator.commands import verbosity
from orchestrator.errors import OK
from orchestrator.paths import home
from orchestrator.planning.film_path import film_of
from orchestrator.surroundings import current_folder
from orchestrator.util import terminal
from orchestrator.util import text as fmt
from orchestrator.util.notices import notice


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "report",
        help="write the report of a film's last run again",
        description="Write FILM.report.html from the cached results of the film's last run that succeeded: "
        "the video next to its cues, and the cues to review. Runs no stage. The report opens in a browser "
        "and needs no network.",
    )
    parser.add_argument("film", type=Path, metavar="FILM", help="a film that has been run")
    parser.add_argument(
        "-o",
        "--output-dir",
        type=Path,
        metavar="DIR",
        help="folder to write to (default: where that run wrote its files)",
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace a file that this tool did not write"
    )
    verbosity.add(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the report; returns the exit status."""
    from orchestrator.outputs import publish
    from orchestrator.outputs.ledger import Ledger
    from orchestrator.report import last, writing
    from orchestrator.storage.store import Store

    film = film_of(arguments.film)
    (content, found), passed_over = last.run_of(film, writing.worth, "no run has results to report")
    if passed_over:
        notice(passed_over)
    folder = arguments.output_dir or _folder(found) or film.parent
    folder = current_folder.absolute(folder)
    publish.check_writable(folder)
    store = Store(home() / "store")
    with store.in_use():
        done = writing.write(
            content,
            found,
            store,
            film,
            folder,
            Ledger(),
            overwrite=arguments.overwrite,
            clip=_clip(found, store),
            again=True,
        )
    terminal.show(f"{done.path}  {fmt.size(done.size)}")
    if done.note:
        terminal.show(f"  {done.note}")
    return OK


def _folder(film: Mapping[str, Any]) -> Path | None:
    """The folder that the run wrote to."""
    return next((Path(output["path"]).parent for output in film["outputs"]), None)


def _clip(film: Mapping[str, Any], store: Any) -> str:
    """The part of the film that was run, as START-END; empty for all of it."""
    from orchestrator.report.results import Results

    manifest = Results(film, store).manifest("demux")
    return str((manifest and manifest.ingredients.get("clip")) or "")
