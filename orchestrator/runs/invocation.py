"""What the user asks of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from orchestrator.config.values import Layer
from orchestrator.execution.broadcast import Observer
from orchestrator.planning.request import EVERYTHING, Scope
from orchestrator.runs.wanted import Unreadable, WantedFilm


class Taker(Protocol):
    """Who takes the films that join."""

    def cancel(self, name: str) -> None:
        """The film with this id is not wanted."""

    def wait_for_room(self) -> None:
        """Wait until another film may join."""


class TakesAll:
    """Takes every film at once, and none is cancelled."""

    def cancel(self, name: str) -> None:
        """Do nothing."""

    def wait_for_room(self) -> None:
        """Do nothing."""


Source = Callable[[Taker], Iterator[WantedFilm | Unreadable]]
"""Gives the films that join, one after another."""


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
    at_once: int = 0
    """Films that are open at once if more join, at least."""
    observers: tuple[Observer, ...] = ()
    """What else is told of the run's events, and closed at its end."""
    left_out: Callable[[], Sequence[Mapping[str, str]]] = tuple
    """The films that were found and left out so far: `film`, `rule`, `reason`."""
