"""Which worker gets which film: pure functions from one `Dealing` to the next.

The longest film goes first, because a long film that starts last keeps one machine busy while the others
wait. A worker has one film in hand and, while many wait, `AHEAD` more, so that its next film begins without
a pause; but not at first, when the longest two would be in one hand. If a worker dies, its films wait again.
Those that it died with are suspects: from then on each goes alone, to a machine that it has not failed on,
after all others; so the one that kills its worker is found, and takes no other film with it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

AHEAD = 1
"""Films that a worker has in hand beyond the one that it works on."""
PLENTY = 4
"""Films that wait for each worker, below which none gets one ahead: near the end it would wait while another
machine idles."""
CRASHES = 3
"""Deaths of a worker's process with this film in hand, after which the film is set aside."""
LOSSES = 10
"""Machines that were lost with this film in hand, after which it is set aside too: it may be the cause."""
BAD_STARTS = 3
"""Deaths of workers in a row, without a film done, after which a machine gets no other worker."""


@dataclass(frozen=True, kw_only=True)
class Film:
    """A film to do. `weight` is its length or, if that is not known, its size: only the order counts.

    `crashes` counts processes that died with it in hand while their machine lived, `losses` machines that
    were lost, and `failed_on` names the machines of both.
    """

    id: str
    weight: float
    crashes: int = 0
    losses: int = 0
    failed_on: frozenset[str] = frozenset()

    @property
    def suspect(self) -> bool:
        """Whether a process died with it in hand."""
        return self.crashes > 0

    @property
    def set_aside(self) -> bool:
        """Whether it is not tried again."""
        return self.crashes >= CRASHES or self.losses >= LOSSES


@dataclass(frozen=True, kw_only=True)
class Worker:
    """A worker on `machine`: the films that it has in hand, the oldest first, and how many it has done."""

    machine: str
    films: tuple[Film, ...] = ()
    done: int = 0


@dataclass(frozen=True, kw_only=True)
class Dealing:
    """The films that wait, in the order in which they are dealt; the workers; the films that were set aside.

    `bad_starts` counts, by machine, workers that died since one of them finished a film.
    """

    waiting: tuple[Film, ...] = ()
    workers: Mapping[str, Worker] = field(default_factory=dict)
    aside: tuple[Film, ...] = ()
    bad_starts: Mapping[str, int] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Whether every film has ended or was set aside."""
        return not self.waiting and not any(worker.films for worker in self.workers.values())

    def is_bad(self, machine: str) -> bool:
        """Whether workers die on this machine whatever they work on."""
        return self.bad_starts.get(machine, 0) >= BAD_STARTS


def begin(films: Iterable[Film], *, longest_first: bool = True) -> Dealing:
    """The films in the order in which they are dealt."""
    return Dealing(waiting=tuple(_ordered(films)) if longest_first else tuple(films))


def join(dealing: Dealing, worker: str, machine: str) -> Dealing:
    """A worker is ready."""
    return _with(dealing, worker, Worker(machine=machine))


def deal(dealing: Dealing, *, ahead: int = AHEAD) -> tuple[Dealing, tuple[tuple[str, Film], ...]]:
    """Hand out films to the workers that have room; returns who gets what, in order."""
    dealt: list[tuple[str, Film]] = []
    for room in range(ahead + 1):
        for name in sorted(dealing.workers):
            if room and len(dealing.waiting) <= PLENTY * len(dealing.workers):
                break  # near the end a film in the hand of a busy worker would keep an idle one from it
            worker = dealing.workers[name]
            if room and not worker.done:
                continue
            if len(worker.films) == room and not any(film.suspect for film in worker.films):
                film = _next_film(dealing, worker.machine, alone=not room)
                if film is not None:
                    dealt.append((name, film))
                    dealing = dataclasses.replace(
                        _with(dealing, name, dataclasses.replace(worker, films=(*worker.films, film))),
                        waiting=_without(dealing.waiting, film.id),
                    )
    return dealing, tuple(dealt)


def end(dealing: Dealing, worker: str, film: str) -> Dealing:
    """The worker is done with the film, however it ended: its machine works."""
    holder = dealing.workers.get(worker)
    if holder is None:
        return dealing
    kept = _without(holder.films, film)
    return dataclasses.replace(
        _with(dealing, worker, dataclasses.replace(holder, films=kept, done=holder.done + 1)),
        bad_starts={**dealing.bad_starts, holder.machine: 0},
    )


def leave(dealing: Dealing, worker: str, *, films: bool, machine: bool) -> tuple[Dealing, tuple[Film, ...]]:
    """A worker is gone. Returns the films that are set aside because of it.

    `films` says whether a film in its hand may be the cause, `machine` whether its machine may.
    """
    holder = dealing.workers.get(worker)
    if holder is None:
        return dealing, ()
    counted = [_counted(film, holder.machine, cause=films) for film in holder.films]
    aside = tuple(film for film in counted if film.set_aside)
    again = [film for film in counted if not film.set_aside]
    bad = dealing.bad_starts.get(holder.machine, 0) + machine
    return dataclasses.replace(
        dealing,
        waiting=tuple(_ordered([*dealing.waiting, *again])),
        workers={name: one for name, one in dealing.workers.items() if name != worker},
        aside=(*dealing.aside, *aside),
        bad_starts={**dealing.bad_starts, holder.machine: bad},
    ), aside


def blame(dealing: Dealing, machine: str) -> Dealing:
    """A worker on the machine died before it could take a film."""
    bad = dealing.bad_starts.get(machine, 0) + 1
    return dataclasses.replace(dealing, bad_starts={**dealing.bad_starts, machine: bad})


def _ordered(films: Iterable[Film]) -> list[Film]:
    return sorted(films, key=lambda film: (film.crashes, -film.weight))


def _counted(film: Film, machine: str, *, cause: bool) -> Film:
    return dataclasses.replace(
        film,
        crashes=film.crashes + cause,
        losses=film.losses + (not cause),
        failed_on=film.failed_on | {machine},
    )


def _next_film(dealing: Dealing, machine: str, *, alone: bool) -> Film | None:
    """The first film that may go to a worker on `machine`; a suspect only if it is `alone` there.

    A suspect waits for a machine that it has not failed on, as long as there is one.
    """
    first = next(iter(dealing.waiting), None)
    if first is None or not first.suspect:
        return first
    if not alone:
        return None
    machines = {worker.machine for worker in dealing.workers.values()}
    for film in dealing.waiting:
        if machine not in film.failed_on or machines <= film.failed_on:
            return film
    return None


def _with(dealing: Dealing, name: str, worker: Worker) -> Dealing:
    return dataclasses.replace(dealing, workers={**dealing.workers, name: worker})


def _without(films: Sequence[Film], film: str) -> tuple[Film, ...]:
    at = next((index for index, one in enumerate(films) if one.id == film), None)
    return tuple(films) if at is None else (*films[:at], *films[at + 1 :])
