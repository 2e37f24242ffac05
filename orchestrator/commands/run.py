"""`orchestrator run`: writes the subtitles of one film or many."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from orchestrator.commands import cluster_options, film_options, folder_options, verbosity
from orchestrator.errors import USAGE, FatalError
from orchestrator.outputs import names
from orchestrator.util.notices import notice


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    files = [names.name_of(Path("FILM"), output, "LANG") for output in names.DEFAULT_FORMATS]
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "run",
        help="write subtitles with speaker labels for one or more films",
        description=f"Write {', '.join(files)} and FILM.subtitled.mkv beside each film. "
        "Results are cached: a second run repeats only the stages whose input or options changed.",
    )
    folder_options.add_films(parser, least=0)
    add_options(parser)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a run, without its films."""
    film_options.add(parser, run=True)
    folder_options.add(parser, run=True)
    parser.add_argument(
        "--films-from",
        metavar="FILE",
        help="also the films that this file lists, a path or a JSON object a line; `-` is standard input, to "
        "which films may be added while others run",
    )
    cluster_options.add(parser)
    parser.add_argument("--overwrite", action="store_true", help="replace files that this tool did not write")
    parser.add_argument("--json", action="store_true", help="print events as JSON lines")
    parser.add_argument("--dry-run", action="store_true", help="print the plan and stop")
    verbosity.add_both(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the films; returns the exit status. With `--json`, a run that cannot start has a last event too."""
    try:
        return _run(arguments)
    except FatalError as error:
        if arguments.json and not arguments.dry_run:
            from orchestrator.util import terminal
            from orchestrator.views import jsonlines

            terminal.show(jsonlines.refusal(error))
        raise


def _run(arguments: argparse.Namespace) -> int:
    if arguments.quiet and arguments.verbose:
        raise FatalError("--quiet and --verbose contradict each other", "omit one of the two options", USAGE)
    film_options.check_text_is_of_one_film(arguments)
    if arguments.dry_run:
        from orchestrator.commands import plan as plan_command

        return plan_command.run(arguments)
    if not arguments.films and not arguments.films_from:
        raise FatalError("no FILM is given", "such as: orchestrator run movie.mkv", USAGE)
    from orchestrator.runs import session, wanted
    from orchestrator.runs.invocation import Invocation

    for line in film_options.misspelt_variables():
        notice(line)
    source = arguments.films_from
    invocation = Invocation(
        films=tuple(arguments.films),
        command_line=film_options.typed(arguments),
        scope=film_options.scope_of(arguments),
        overwrite=arguments.overwrite,
        json=arguments.json,
        quiet=arguments.quiet,
        verbose=arguments.verbose,
        job_file=not arguments.no_job_file,
        more=None if source is None else lambda taker: wanted.asked(source, taker.cancel),
    )
    of_library = folder_options.asked(arguments)
    if of_library and source is not None:
        raise FatalError(
            "--films-from takes films one by one, without folders and their options",
            "name the films, or run the folder without --films-from",
            USAGE,
        )
    from orchestrator.commands import library_run

    if (cluster := cluster_options.cluster_of(arguments)) is not None:
        from orchestrator.cluster import run as cluster_run

        films = library_run.films(arguments, invocation) if of_library else invocation.films
        return cluster_run.run(replace(invocation, films=films), cluster)
    return library_run.run(arguments, invocation) if of_library else session.run(invocation)
