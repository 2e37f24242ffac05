"""Finds the films that the words of a command line mean: films, folders, and patterns.

A folder is searched with everything below it. A pattern that the shell did not expand (`'Films/**/*.mkv'`) is
expanded here, and then what it matches counts as named, as if the shell had done it. What is named is taken,
whatever its name; what is found in a folder is taken by the rules (`orchestrator.folders.found.RULES`).
"""

from __future__ import annotations

import glob
import os
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NoReturn

from orchestrator.errors import INPUT, FatalError
from orchestrator.film_files import kinds
from orchestrator.folders import copies, growing, natural, system_folders, walk
from orchestrator.folders import found as rules
from orchestrator.folders.found import FileId, Film, Findings, Skipped
from orchestrator.outputs.ledger import Ledger
from orchestrator.surroundings import current_folder
from orchestrator.util.film_names import stem_of

_OURS = (".subtitled", ".burned")


def means_many(words: Sequence[Path]) -> bool:
    """Return whether the words are more than names of films: a folder, or a pattern."""
    return any(_is_pattern(word) or current_folder.absolute(word).is_dir() for word in words)


def films(
    words: Sequence[Path],
    ledger: Ledger,
    *,
    now: float | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> Findings:
    """The films in their natural order, by words; and what is left out.

    Raises `FatalError` (input) if a pattern matches nothing. A named film that does not exist is among the
    films: who runs it states why it cannot be read.
    """
    there: list[Film | Skipped] = []
    for word in words:
        there += _of_word(word, several=len(words) > 1)
    there = _each_once(there)
    there = _each(there, lambda some: without_ours(some, ledger))
    there = _each(there, copies.other_names)
    there = _each(there, copies.same_names)
    there = _each(there, copies.copies)
    there = _each(there, lambda some: growing.left_out(some, time.time() if now is None else now, wait))
    return Findings(
        films=tuple(one for one in there if isinstance(one, Film)),
        skipped=tuple(one for one in there if isinstance(one, Skipped)),
    )


def refuse_nothing(words: Sequence[Path]) -> NoReturn:
    """Raise `FatalError` (input): neither a film nor what could be one is there."""
    where = ", ".join(map(str, words))
    raise FatalError(f"{where}: no film is in it", "check the folder, or name the films", INPUT)


def _each_once(there: Sequence[Film | Skipped]) -> list[Film | Skipped]:
    """Each path once: two words may mean the same film, and what one of them names is named."""
    first: dict[Path, Film | Skipped] = {}
    for one in there:
        known = first.get(one.path)
        if known is None or (isinstance(one, Film) and one.named and not getattr(known, "named", False)):
            first[one.path] = one
    return list(first.values())


def _each(
    there: Sequence[Film | Skipped], judge: Callable[[Sequence[Film]], Sequence[Film | Skipped]]
) -> list[Film | Skipped]:
    """Let `judge` replace films by why they are left out; the order stays."""
    judged = iter(judge([one for one in there if isinstance(one, Film)]))
    return [next(judged) if isinstance(one, Film) else one for one in there]


def _of_word(word: Path, *, several: bool) -> Iterable[Film | Skipped]:
    path = current_folder.absolute(word)
    if path.is_dir():
        if path.name.casefold() in system_folders.DISC_FOLDERS:
            return [Skipped(path=path, rule=rules.DISC, why=walk.DISC_WHY)]
        return sorted(walk.films(path), key=lambda one: natural.of_path(one.path))
    if os.path.lexists(path) or not _is_pattern(word):
        return [_named(path, several=several)]
    matches = sorted(glob.glob(str(path), recursive=True), key=lambda name: natural.of_path(Path(name)))  # noqa: PTH207 - the user's folder may be gone
    if not matches:
        raise FatalError(f"{word}: no file matches this pattern", "check the names and the folder", INPUT)
    found: list[Film | Skipped] = []
    for match in matches:
        found += _of_word(Path(match), several=True)
    return found


def _named(path: Path, *, several: bool) -> Film | Skipped:
    """The film at a path that the command line names."""
    if several and kinds.by_name(path.name) == "other" and path.is_file():
        return Skipped(path=path, rule=rules.NO_FILM, why="no film, by the ending of its name")
    try:
        return walk.film_at(path, path.stat(), named=True, linked=path.is_symlink())
    except OSError:
        return Film(path=path, size=0, modified=0.0, file=FileId(-1, hash(path)), named=True)


def without_ours(films: Sequence[Film], ledger: Ledger) -> list[Film | Skipped]:
    """The films, without those that this tool made, here or on another machine.

    If one of these is all that was named, it stays: the run says that it is one.
    """
    stems = {(film.path.parent, stem_of(film.path)) for film in films}
    judged: list[Film | Skipped] = []
    for film in films:
        why = ""
        if source := None if film.named and len(films) == 1 else ledger.film(film.path):
            why = f"made from {source}"
        elif not film.named and _called_like_ours(film.path, stems):
            why = "made from the film of that name, on another machine perhaps"
        judged.append(Skipped(path=film.path, rule=rules.OWN, why=why) if why else film)
    return judged


def _called_like_ours(path: Path, stems: set[tuple[Path, str]]) -> bool:
    """Whether this is `movie.subtitled.mkv` beside a `movie.mkv`."""
    stem = stem_of(path)
    return any(stem.endswith(ours) and (path.parent, stem.removesuffix(ours)) in stems for ours in _OURS)


def _is_pattern(word: Path) -> bool:
    """Whether this is a pattern, and no file of that name."""
    return glob.has_magic(str(word)) and not os.path.lexists(current_folder.absolute(word))
