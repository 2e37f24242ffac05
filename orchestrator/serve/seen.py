"""Which films of watched folders were dealt with: in a table of its own, so that the list may be tidied.

A row is a film, one content of its file, and the options that it was queued with (a digest), or `ANY`. With
other options a film counts as new: whether it then lacks something is for `orchestrator.folders` to say.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestrator.errors import ENVIRONMENT, STORAGE, USAGE
from orchestrator.folders.set_aside import OF_OTHERS
from orchestrator.serve import rows
from orchestrator.serve.job import SUCCEEDED, Job

ANY = "*"
"""Stands for all options: of a film that was cancelled, and of one that failed when others asked for it."""
_NOT_THE_FILMS = {USAGE, ENVIRONMENT, STORAGE}


def mark(database: sqlite3.Connection, film: Path, fingerprint: str, options: str) -> None:
    """Note a film; what was noted of an earlier content of its file is dropped."""
    name = rows.of_path(film)
    database.execute("DELETE FROM seen WHERE film = ? AND fingerprint <> ?", (name, fingerprint))
    database.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", (name, fingerprint, options))


def known(database: sqlite3.Connection, film: Path, fingerprint: str, options: str) -> bool:
    """Whether this content was noted, with these options or with any."""
    found = database.execute(
        "SELECT 1 FROM seen WHERE film = ? AND fingerprint = ? AND options IN (?, ?) LIMIT 1",
        (rows.of_path(film), fingerprint, options, ANY),
    ).fetchone()
    return found is not None


def ended(database: sqlite3.Connection, job: Job) -> None:
    """Note what the end of a job means for its film."""
    if job.upload is not None:
        return
    name = rows.of_path(job.film)
    if job.state in SUCCEEDED:  # what is still missing, with other options, may be made
        database.execute("DELETE FROM seen WHERE film = ? AND options = ?", (name, ANY))
    elif job.state == "cancelled":
        mark(database, job.film, job.fingerprint, ANY)
    elif not_the_films(job.problem):
        database.execute("DELETE FROM seen WHERE film = ?", (name,))
    elif job.source != "watch":
        mark(database, job.film, job.fingerprint, ANY)


def not_the_films(problem: Mapping[str, Any]) -> bool:
    """Whether a failure is due to the options, the installation or the disk, and not to the film."""
    return problem.get("status") in _NOT_THE_FILMS or problem.get("category") in OF_OTHERS
