"""Remembers films that fail again and again, so that a run over a library does not begin with them each time.

A film that failed twice for reasons of its own is set aside: runs over folders skip it and say so. A lack of
disk space, a missing environment, a wrong option or an interruption is no reason of the film's. A film that
was changed since, or that the command line names, is tried again, and a success forgets its failures. There
is one small file a film under the tool's home.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from orchestrator.run_state.events import FilmEnded, RunEvent
from orchestrator.run_state.states import FilmState, RunState
from orchestrator.storage import file_digests
from orchestrator.util import memo, own_files
from orchestrator.util import text as fmt

TIMES = 2
"""Failures after which a film is set aside."""
OF_OTHERS = frozenset({"storage", "env", "config", "auth", "contract", "cancelled"})
"""Categories of errors whose reason is not the film."""
_ENDED_WELL = frozenset({"done", "cached", "off"})


@dataclass(frozen=True, kw_only=True)
class Failures:
    """How often a film failed, and why the last time: the stage and its message."""

    path: str
    identity: list[str | int]
    count: int
    stage: str
    message: str


def why(film: Path) -> str:
    """Why a film is set aside; empty if it is not."""
    known = _of(film)
    if known is None or known.count < TIMES:
        return ""
    return f"failed {known.count} times, the last time in {known.stage}: {fmt.lead(known.message)}"


def remember(film: FilmState) -> None:
    """Record how a film ended: a failure of its own counts, a success forgets earlier ones."""
    if all(step.status in _ENDED_WELL for step in film.steps):
        forget(film.path)
        return
    failed = next((step for step in film.steps if step.error is not None), None)
    if failed is None or failed.error is None or failed.error.category in OF_OTHERS:
        return
    if (identity := _identity(film.path)) is None:
        return
    before = _of(film.path)
    failures = Failures(
        path=str(film.path),
        identity=identity,
        count=(before.count if before else 0) + 1,
        stage=failed.name,
        message=failed.error.message,
    )
    memo.keep(_file(film.path), asdict(failures))


def forget(film: Path) -> None:
    """Forget the failures of a film."""
    if _file(film).exists():
        own_files.clear(_file(film))


def _of(film: Path) -> Failures | None:
    """The failures of a film as it is now."""
    known = memo.read(_file(film), Failures)
    return known if known is not None and known.identity == _identity(film) else None


def _identity(film: Path) -> list[str | int] | None:
    try:
        return file_digests.identity(film, film.stat())
    except OSError:
        return None


def _file(film: Path) -> Path:
    return memo.folder("failed") / f"{hashlib.sha256(os.fsencode(film)).hexdigest()[:32]}.json"


class Recorder:
    """An observer of a run that records how each film ended."""

    def __call__(self, event: RunEvent, state: RunState) -> None:
        """Record the film that has ended, unless it was cancelled."""
        if isinstance(event, FilmEnded) and event.outcome != "cancelled":
            remember(state.films[event.film])

    def close(self) -> None:
        """Do nothing: every film is recorded when it ends."""
