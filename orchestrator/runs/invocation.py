"""What the user asks of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestrator.config.values import Layer
from orchestrator.planning.request import EVERYTHING, Scope
from orchestrator.runs.wanted import Unreadable, WantedFilm

Source = Callable[[Callable[[str], None]], Iterator[WantedFilm | Unreadable]]
"""Gives the films that join, one after another; it is called with a function that cancels one by its id."""


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
    more: Source | None = None
    """The films that join while the run goes."""
