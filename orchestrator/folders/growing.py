"""Finds films that another program is still writing: copies and downloads that have not ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from orchestrator.folders.found import GROWING, Film, Skipped

YOUNG_S = 60.0
"""A file that was changed at most so long ago may still be written, and is looked at twice."""
_BETWEEN_S = 2.0
"""Seconds between the two looks. A copy over a slow network still grows in that time."""


def left_out(
    films: Sequence[Film], now: float, wait: Callable[[float], None] = time.sleep
) -> list[Film | Skipped]:
    """The films; those that change while we look are left out. `now` is in seconds since the epoch.

    A film that the command line names is taken, and so is a file with a time in the future.
    """
    young = [film for film in films if not film.named and 0 <= now - film.modified < YOUNG_S]
    if not young:
        return list(films)
    wait(_BETWEEN_S)
    changed = {film.path for film in young if _changed(film)}
    return [
        Skipped(
            path=film.path, rule=GROWING, why="it grew while it was looked at; run again when it is whole"
        )
        if film.path in changed
        else film
        for film in films
    ]


def _changed(film: Film) -> bool:
    try:
        status = film.path.stat()
    except OSError:
        return True
    return (status.st_size, status.st_mtime) != (film.size, film.modified)
