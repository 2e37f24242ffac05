"""The last run of a film that is remembered."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestrator import digests, runs
from orchestrator.errors import INPUT, FatalError
from orchestrator.films import typed


def run_of(film: Path) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The `run.json` of the film's last run that has one, and the film's part of it; `FatalError` (input) where there is none.

    The film is the same where it has the same content, wherever it was then.
    """
    if not film.is_file():
        raise FatalError(f"there is no file {film}", "check the name", INPUT)
    digest = digests.file_digest(film)
    for run in runs.past():
        content = run.summary()
        for one in (content or {}).get("films", ()):
            if one["digest"] == digest:
                return content or {}, {**one, "path": str(film)}
    raise FatalError(
        f"{film.name} has not been run yet, or its runs are no longer kept",
        f"orchestrator run {typed(film)}",
        INPUT,
    )
