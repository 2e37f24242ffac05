"""The plan of a library: for each film what a run would do, how long it takes, and what it needs of the disk.

Nothing of a film but its headers is read. The plan of a film that an earlier run read is exact; one that is
new or was changed has every stage before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.errors import USAGE, FatalError, FilmError
from orchestrator.folders.estimates import Speeds
from orchestrator.folders.found import Skipped
from orchestrator.folders.selection import Chosen
from orchestrator.planning.plan import Plan
from orchestrator.util import machine_errors

_STORE_BYTES_PER_S = 32_000 + 2_000
"""What the cache keeps of a second of film: its sound (16 kHz, int16), and all tables."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A film that is taken: its plan, or why there is none.

    `length` is the film's in seconds, `seconds` how long its run takes, both None if unknown. `lacking` is
    what it has of the wanted subtitles that does not count. `beside` and `cached` are the bytes that it
    writes into the folder of its subtitled film and into the cache.
    """

    path: Path
    named: bool
    length: float | None = None
    plan: Plan | None = None
    refused: FatalError | None = None
    seconds: float | None = None
    lacking: str = ""
    beside: int = 0
    cached: int = 0

    @property
    def runs(self) -> int:
        """How many stages run, or may have to."""
        return sum(step.verdict in {"run", "maybe"} for step in self.plan.steps) if self.plan else 0


@dataclass(frozen=True, kw_only=True)
class LibraryPlan:
    """The films that a run would take, in its order, and what it would leave out."""

    entries: tuple[Entry, ...] = ()
    skipped: tuple[Skipped, ...] = field(default=())

    @property
    def running(self) -> tuple[Entry, ...]:
        """The films for which something is to be done."""
        return tuple(entry for entry in self.entries if entry.runs)


def make(
    chosen: Iterable[Chosen | Skipped],
    skipped: Sequence[Skipped],
    plan_of: Callable[[Path], Plan],
    speeds: Speeds,
) -> LibraryPlan:
    """The plan of what was chosen; `skipped` is what was left out before.

    `plan_of` gives the plan of a film. Raises its `FatalError` if that is about an option, not about a film.
    """
    judged = list(chosen)
    return LibraryPlan(
        entries=tuple(_entry(one, plan_of, speeds) for one in judged if isinstance(one, Chosen)),
        skipped=(*skipped, *(one for one in judged if isinstance(one, Skipped))),
    )


def _entry(one: Chosen, plan_of: Callable[[Path], Plan], speeds: Speeds) -> Entry:
    path, length = one.film.path, one.headers.length if one.headers else None
    try:
        with machine_errors.sentences():
            plan = plan_of(path)
    except FatalError as error:
        if error.status == USAGE and not isinstance(error, FilmError):
            raise
        return Entry(path=path, named=one.film.named, length=length, refused=error)
    running = {step.stage.base for step in plan.steps if step.verdict in {"run", "maybe"}}
    return Entry(
        path=path,
        named=one.film.named,
        length=length,
        plan=plan,
        seconds=speeds.seconds(plan, length),
        lacking=one.lacking,
        beside=one.film.size * len(running & {"mux", "burn"}),
        cached=int((length or 0.0) * _STORE_BYTES_PER_S) if "demux" in running else 0,
    )
