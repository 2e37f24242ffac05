"""The options `--quiet` and `--verbose`.

A quiet command prints errors only; a quiet run also prints the paths of the files that it wrote. The command
line (`orchestrator.cli`) acts on `--quiet` for all commands but `run`.
"""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from orchestrator.util import notices


def add(parser: argparse.ArgumentParser) -> None:
    """Add `--quiet` to a command that does something and reports it."""
    parser.add_argument("-q", "--quiet", action="store_true", help="print errors only")


def add_both(parser: argparse.ArgumentParser) -> None:
    """Add the options to `run`, which shows its progress."""
    parser.add_argument(
        "-q", "--quiet", action="store_true", help="print errors, and the paths of the files, one on a line"
    )
    parser.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        help="print lines with every reason and log message, instead of the dashboard",
    )


@contextlib.contextmanager
def obeyed(arguments: argparse.Namespace) -> Iterator[None]:
    """Silence notices, and for other commands than a run stdout too, while the block runs, if asked."""
    if not getattr(arguments, "quiet", False):
        yield
        return
    notices.be_quiet()
    try:
        if arguments.command in {"run", "demo"}:
            yield
            return
        with Path(os.devnull).open("w", encoding="utf-8") as nothing, contextlib.redirect_stdout(nothing):
            yield
    finally:
        notices.be_quiet(False)
