"""`orchestrator align`: times a text that the user has; `run` with --text."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from orchestrator.commands import run as run_command
from orchestrator.errors import USAGE, FatalError


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "align",
        help="time a text that you have: a script, transcript or subtitles",
        description="Find the words of a text in a film, and write them as subtitles with their times: a "
        "script, a transcript, a screenplay, or subtitles from elsewhere (TXT, DOCX, Fountain, SRT, VTT, "
        "ASS). What is not spoken, and speech that is not in the text, is listed. Takes the options of "
        "`run`.",
    )
    parser.add_argument("films", nargs=1, type=Path, metavar="FILM", help="the film")
    run_command.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the film with its text; returns the exit status."""
    if not arguments.text:
        raise FatalError(
            "align needs a text",
            f"such as: orchestrator align {arguments.films[0]} --text script.txt",
            USAGE,
        )
    return run_command.run(arguments)
