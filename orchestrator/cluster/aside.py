"""The events of a film that is set aside: what ran has failed, the rest is skipped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from orchestrator.cluster.dealing import Film
from orchestrator.errors import FAILED
from orchestrator.run_state import events, states
from orchestrator.run_state.events import RunEvent
from orchestrator.run_state.states import RunState


def events_of_aside(
    film: Film, path: Path, number: int | None, state: RunState, *, log: Path, now: float
) -> Iterator[RunEvent]:
    """The events of `film`, which has the `number`, or None if no machine came so far as to add it."""
    times = film.crashes or film.losses
    what = "its worker died" if film.crashes else "its machine was lost"
    machines = ", ".join(sorted(film.failed_on))
    message = f"set aside, because {what} {times} times ({machines})"
    hint = f"see {log}; then run it alone: orchestrator run on one of these machines"
    if number is None:
        yield events.FilmRefused(
            time=now, id=film.id, path=str(path), message=f"{path}: {message}", hint=hint, status=FAILED
        )
        return
    failure = states.Failure(category="crash", message=message, hint=hint, log=str(log))
    failed = False
    for step in state.films[number].steps:
        if step.status in states.ENDED:
            continue
        if not failed:
            yield events.StepFailed(time=now, film=number, step=step.name, error=failure)
            failed = True
        else:
            yield events.StepSkipped(time=now, film=number, step=step.name, reason="the film was set aside")
    yield events.FilmEnded(time=now, film=number, id=film.id, outcome="failed")
