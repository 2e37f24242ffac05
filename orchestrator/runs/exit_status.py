"""The exit status of a run: how its films ended, and whether all of its output could be written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from orchestrator.errors import CLOSED_PIPE, DEGRADED, FAILED, INTERRUPTED, OK, PARTIAL, STORAGE, FatalError
from orchestrator.execution.scheduler import exit_category
from orchestrator.run_state.states import RunState
from orchestrator.surroundings.streams import OutputError

_ENDED_WELL = {"done", "cached", "off"}


def of_run(
    state: RunState,
    refused: Sequence[FatalError] = (),
    strict: frozenset[Path] = frozenset(),
    unwritten: Sequence[Path] = (),
) -> int:
    """The exit status of a run with this last state.

    `refused` are the errors of films that could not start, `strict` the films with `--strict`, and
    `unwritten` those whose report could not be written.
    """
    if state.interrupted:
        return INTERRUPTED
    films = [film for film in state.films if film.ended != "cancelled"]
    done = [film for film in films if all(step.status in _ENDED_WELL for step in film.steps)]
    if refused or len(done) < len(films):  # with a full disk some films are not started
        if done:
            return PARTIAL
        return exit_category(state) or (refused[0].status if refused else FAILED)
    if unwritten:
        return STORAGE
    degraded = any(step.degraded for film in state.films if film.path in strict for step in film.steps)
    return DEGRADED if degraded else OK


def of_lost_output(lost: OutputError) -> int:
    """The exit status of a run that was stopped because standard output could not be written."""
    return CLOSED_PIPE if lost.reader_gone else STORAGE
