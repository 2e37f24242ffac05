"""Leaves out films that are there twice: other names of one file, and copies of its content.

A film of 10 GB is not read to compare it. Two films are copies if they are equally large and equal at nine
places, or if earlier runs computed the digests of both and these are equal. The one that is kept is one that
the command line names, else one that is no link, else the one in the fewest folders, else the first.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from pathlib import Path

from orchestrator.folders import natural
from orchestrator.folders.found import COPY, SAME_FILE, SAME_NAMES, Film, Rule, Skipped
from orchestrator.storage import file_digests
from orchestrator.util.film_names import stem_of

_PLACES = 9
_BYTES = 1 << 16


def other_names(films: Sequence[Film]) -> list[Film | Skipped]:
    """The films, without further names of the same file (hard links, symbolic links, two arguments)."""
    return _once(films, SAME_FILE, lambda film: film.file, "the same file as {}")


def copies(films: Sequence[Film]) -> list[Film | Skipped]:
    """The films, without copies of the same content."""
    sizes = defaultdict(list)
    for film in films:
        sizes[film.size].append(film)
    contents: dict[Path, Hashable] = {}
    for alike in sizes.values():
        if len(alike) > 1:
            contents |= _contents(alike)
    return _once(films, COPY, lambda film: contents.get(film.path, film.path), "the same content as {}")


def same_names(films: Sequence[Film]) -> list[Film | Skipped]:
    """The films, without those whose output files would have the names of another film's."""
    return _once(
        films,
        SAME_NAMES,
        lambda film: (film.path.parent, stem_of(film.path)),
        "its files would have the same names as those of {}; rename one of them",
    )


def _once(
    films: Sequence[Film], rule: Rule, identity: Callable[[Film], Hashable], why: str
) -> list[Film | Skipped]:
    """The films with one for each identity; those that the command line names are all kept."""
    first: dict[Hashable, Film] = {}
    order = sorted(films, key=_preference)
    for film in order:
        first.setdefault(identity(film), film)
    return [
        film
        if film.named or first[identity(film)] is film
        else Skipped(path=film.path, rule=rule, why=why.format(first[identity(film)].path))
        for film in films
    ]


def _preference(film: Film) -> tuple[Hashable, ...]:
    """The order in which one of several is taken; in a folder `Beach.mkv` comes before `Beach copy.mkv`."""
    path = film.path
    return not film.named, film.linked, len(path.parts), natural.of_path(path.parent), len(path.name)


def _contents(films: Iterable[Film]) -> dict[Path, Hashable]:
    """Something that is equal for equal contents, by film."""
    films = list(films)
    digests = {film.path: file_digests.known(film.path) for film in films}
    if all(digests.values()):
        return dict(digests)
    return {film.path: _sampled(film) for film in films}


def _sampled(film: Film) -> Hashable:
    """A digest of the film's bytes at several places; the path if it cannot be read, like no other film's."""
    sha = hashlib.sha256()
    try:
        with film.path.open("rb") as stream:
            for place in range(_PLACES):
                stream.seek(max(0, film.size - _BYTES) * place // (_PLACES - 1))
                sha.update(stream.read(_BYTES))
    except OSError:
        return film.path
    return film.size, sha.digest()
