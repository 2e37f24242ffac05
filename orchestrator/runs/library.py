"""Runs the films of a library: one run with warm workers, or one a night if films start in certain hours.

Between two of those no process is kept: models take memory that others may need by day.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from orchestrator.errors import INTERRUPTED, OK, PARTIAL, FatalError
from orchestrator.folders.queue import FilmQueue
from orchestrator.runs import session
from orchestrator.runs.invocation import Invocation, Taker
from orchestrator.runs.wanted import WantedFilm
from orchestrator.util import bug_log
from orchestrator.util.notices import notice


def run(invocation: Invocation, films: FilmQueue) -> int:
    """Run the films as the queue gives them; returns the exit status, 0 if there are none.

    `invocation` has no films of its own.
    """

    def rest(taker: Taker) -> Iterator[WantedFilm]:
        while not films.empty():
            taker.wait_for_room()
            if (film := _next(films)) is None:
                return
            yield WantedFilm(film=film)

    statuses: list[int] = []
    while not statuses or statuses[-1] != INTERRUPTED:
        films.until_allowed(notice)
        if (first := films.next()) is None:
            break
        statuses.append(
            session.run(
                replace(
                    invocation,
                    films=(first,),
                    more=rest,
                    observers=(films,),
                    left_out=lambda: [
                        {"film": str(one.path), "rule": one.rule.name, "reason": one.why}
                        for one in films.left_out
                    ],
                )
            )
        )
    return _together(statuses)


def _next(films: FilmQueue) -> Path | None:
    """The next film; what goes wrong in the choice becomes a sentence, since this is asked in a thread."""
    try:
        return films.next()
    except FatalError:
        raise
    except Exception as error:
        raise bug_log.reported(sys.argv[1:], error) from error


def _together(statuses: list[int]) -> int:
    """The exit status of several runs."""
    if INTERRUPTED in statuses:
        return INTERRUPTED
    return next(iter(statuses), OK) if len(set(statuses)) < 2 else PARTIAL
