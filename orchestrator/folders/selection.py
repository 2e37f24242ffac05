"""Chooses among the films that were found: what can be read, what the filters take, what is not set aside.

Films are judged one after the other and their headers read a few ahead, so that the first film of a library
of thousands can start at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from orchestrator.errors import FatalError
from orchestrator.film_files import headers as film_headers
from orchestrator.film_files.headers import Headers
from orchestrator.folders import found as rules
from orchestrator.folders import set_aside
from orchestrator.folders.filters import Judge
from orchestrator.folders.found import Film, Skipped
from orchestrator.util import text as fmt

_FIRST, _MOST = 4, 200
"""Films whose headers are read at once: few at first, so that a run begins soon, then more."""

Reader: TypeAlias = Callable[[Iterable[Path]], dict[Path, Headers]]


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A film that is taken, with its headers; None if they are not known.

    `lacking` is what it has of the wanted subtitles that does not count, and why.
    """

    film: Film
    headers: Headers | None
    lacking: str = ""


def chosen(
    films: Sequence[Film], judge: Judge, *, retry_failed: bool = False, read: Reader = film_headers.of
) -> Iterator[Chosen | Skipped]:
    """The films that are taken, and the others with the reason, in the order of `films`."""
    waiting, size = list(films), _FIRST
    while waiting:
        some, waiting, size = waiting[:size], waiting[size:], min(_MOST, size * 2)
        known = read(film.path for film in some)
        for film in some:
            yield _judged(film, known.get(film.path), judge, retry_failed=retry_failed)


def _judged(film: Film, headers: Headers | None, judge: Judge, *, retry_failed: bool) -> Chosen | Skipped:
    if not film.named and headers is not None and (skipped := _unusable(film, headers)):
        return skipped
    try:
        skipped = judge.left_out(film, headers)
    except FatalError:  # of its job file; who plans the film refuses it, and the others go on
        return Chosen(film=film, headers=headers)
    if skipped:
        return skipped
    if not film.named and not retry_failed and (why := set_aside.why(film.path)):
        why = f"{why}; --retry-failed tries it again"
        return Skipped(path=film.path, rule=rules.SET_ASIDE, why=why)
    return Chosen(film=film, headers=headers, lacking=judge.lacking(film, headers))


def _unusable(film: Film, headers: Headers) -> Skipped | None:
    """Why a film that was found in a folder cannot become a subtitled one, by its headers; else None."""
    if headers.error:
        return Skipped(path=film.path, rule=rules.UNREADABLE, why=headers.error)
    if headers.cut:
        why = f"it has {fmt.size(film.size)} of {fmt.size(headers.cut)}"
        return Skipped(path=film.path, rule=rules.UNFINISHED, why=why)
    if not headers.audio:
        return Skipped(path=film.path, rule=rules.NO_FILM, why="no audio track")
    if not headers.picture:
        return Skipped(path=film.path, rule=rules.RECORDING, why="no picture; name the file to take it")
    return None
