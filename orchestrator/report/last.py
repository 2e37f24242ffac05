"""Finds the run of a film that its user means: the last one that succeeded.

A run that failed leaves the files of the run before it in place, so that run's results belong to them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from orchestrator.errors import INPUT, FatalError
from orchestrator.run_state import film_records, run_folders
from orchestrator.storage import file_digests
from orchestrator.util.command_line import typed

Found = tuple[Mapping[str, Any], Mapping[str, Any]]
Fits = Callable[[Mapping[str, Any]], bool]
_ENDED_WELL = {"done", "cached", "off"}


def run_of(film: Path, fits: Fits = bool, none: str = "has not been run yet") -> tuple[Found, str]:
    """The `run.json` of the last run of `film` that succeeded and `fits`, with the film's part of it.

    If none succeeded, it is the last one that `fits`. If a newer run is passed over, a sentence says so. See
    `newest` for how the film is identified. Raises `FatalError` (input) if there is none.
    """
    if not film.is_file():
        raise FatalError(f"{film}: file not found", "check the name", INPUT)
    digest = file_digests.file_digest(film)
    last = newest(film, digest, bool, none)
    try:
        found = newest(film, digest, lambda one: succeeded(one) and fits(one), none)
    except FatalError:
        found = newest(film, digest, fits, none)
    if found[0]["id"] == last[0]["id"]:
        return found, ""
    how = "has no such results" if succeeded(last[1]) else "did not succeed"
    return found, f"{film.name}: the last run ({last[0]['id']}) {how}; this is run {found[0]['id']}"


def succeeded(film: Mapping[str, Any]) -> bool:
    """Return whether the run made all that it was to make of the film."""
    return all(step["status"] in _ENDED_WELL for step in film["stages"])


def newest(film: Path, digest: str, fits: Fits, none: str) -> Found:
    """The newest run of `film` whose part of it `fits`; `FatalError` (input) with `none` if there is none.

    It is the run of this file at this path: a copy elsewhere has its own options and files. A film that was
    moved is identified by its content, if nothing is left at its former path.
    """
    moved: Found | None = None
    other: Path | None = None
    for run in run_folders.past():
        content = film_records.of_film(run, digest) or {}
        for one in content.get("films", ()):
            if one["digest"] != digest or not fits(one):
                continue
            there = Path(one["path"])
            found = content, {**one, "path": str(film)}
            if there == film or _same(there, film):
                return found
            if there.exists():
                other = other or there
            else:
                moved = moved or found
    if moved:
        return moved
    if other:
        raise FatalError(
            f"{film.name}: {none}, unlike its copy {other}",
            f"run: orchestrator run {typed(film)}",
            INPUT,
        )
    raise FatalError(
        f"{film.name}: {none}, or its runs were deleted", f"run: orchestrator run {typed(film)}", INPUT
    )


def _same(one: Path, other: Path) -> bool:
    """Return whether both are the same file, for example by a link."""
    try:
        return one.samefile(other)
    except OSError:
        return False
