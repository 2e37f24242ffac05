"""Finds the last run of a film."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from orchestrator.errors import INPUT, FatalError
from orchestrator.run_state import run_folders
from orchestrator.storage import file_digests

Found = tuple[Mapping[str, Any], Mapping[str, Any]]


def run_of(film: Path) -> Found:
    """The `run.json` of the film's last run, and the film's part of it.

    See `newest` for how the film is identified. Raises `FatalError` (input) if there is none.
    """
    if not film.is_file():
        raise FatalError(f"{film}: file not found", "check the name", INPUT)
    return newest(film, file_digests.file_digest(film), bool, "has not been run yet")


def newest(film: Path, digest: str, fits: Callable[[Mapping[str, Any]], bool], none: str) -> Found:
    """The newest run of `film` whose part of it `fits`; `FatalError` (input) with `none` if there is none.

    It is the run of this file at this path: a copy elsewhere has its own options and files. A film that was
    moved is identified by its content, if nothing is left at its former path.
    """
    moved: Found | None = None
    other: Path | None = None
    for run in run_folders.past():
        content = run.summary() or {}
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
            f"run: orchestrator run {film}",
            INPUT,
        )
    raise FatalError(f"{film.name}: {none}, or its runs were deleted", f"run: orchestrator run {film}", INPUT)


def _same(one: Path, other: Path) -> bool:
    """Return whether both are the same file, for example by a link."""
    try:
        return one.samefile(other)
    except OSError:
        return False
