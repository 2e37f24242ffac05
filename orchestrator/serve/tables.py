"""The tables of the queue's database, and its opening: SQLite, durable, and made new if it is damaged."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from pathlib import Path

from orchestrator.errors import STORAGE, FatalError
from orchestrator.util import own_files
from orchestrator.util.notices import notice
from orchestrator.util.storage_errors import storage_errors

VERSION = 2
_TABLES = """
CREATE TABLE job(
  id TEXT PRIMARY KEY, film TEXT NOT NULL, name TEXT NOT NULL, source TEXT NOT NULL, state TEXT NOT NULL,
  place REAL NOT NULL, urgent INTEGER NOT NULL, options TEXT NOT NULL, fingerprint TEXT NOT NULL, upload TEXT,
  attempts INTEGER NOT NULL DEFAULT 0, kills INTEGER NOT NULL DEFAULT 0,
  cancelling INTEGER NOT NULL DEFAULT 0, created REAL NOT NULL, started REAL, ended REAL,
  problem TEXT NOT NULL DEFAULT '{}', outputs TEXT NOT NULL DEFAULT '[]', summary TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX job_state ON job(state, urgent, place);
CREATE INDEX job_film ON job(film);
CREATE TABLE message(
  id INTEGER PRIMARY KEY, job TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL
) STRICT;
"""
"""`message` holds jobs whose end is still to be told (`orchestrator.serve.web.telling`): a row is made in the
transaction that ends the job, so a kill between the two loses no message."""
_SECOND = """
CREATE TABLE seen(
  film TEXT NOT NULL, fingerprint TEXT NOT NULL, options TEXT NOT NULL, PRIMARY KEY(film, options)
) STRICT;
CREATE TABLE state(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT OR REPLACE INTO seen
  SELECT film, fingerprint, '*' FROM job
  WHERE upload IS NULL AND state IN ('failed', 'cancelled', 'set_aside')
    AND coalesce(json_extract(problem, '$.status'), 1) NOT IN (2, 3, 7)
  ORDER BY created;
"""
"""What version 2 added: films that were dealt with (`orchestrator.serve.seen`), and what a restart keeps."""


def opened(path: Path) -> sqlite3.Connection:
    """The database at `path`, made if it is missing. `FatalError` if it cannot be used.

    One that is damaged is kept under another name, and reported: its jobs are lost, and what they made is
    not.
    """
    with storage_errors(f"cannot write {path}", "set ORCHESTRATOR_HOME to a folder that can be written"):
        own_files.make_folder(path.parent, below=path.parent.parent, mode=0o700)
        path.touch(mode=0o600)
    try:
        return _connected(path)
    except sqlite3.OperationalError as error:
        if "not a database" not in str(error) and "malformed" not in str(error):
            raise FatalError(
                f"{path}: cannot be used: {error}", "check its disk and permissions", STORAGE
            ) from error
    except sqlite3.DatabaseError:
        pass
    aside = path.with_name(f"{path.stem}.damaged-{time.strftime('%Y%m%d-%H%M%S')}{path.suffix}")
    notice(f"{path}: damaged, so the queue starts empty; the file is kept as {aside.name}")
    path.rename(aside)
    for beside in ("-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
    path.touch(mode=0o600)
    return _connected(path)


def _connected(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    try:
        database.row_factory = sqlite3.Row
        # A network drive may have no shared memory for the log: SQLite then says which mode it kept.
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")  # an answer "queued" holds even if the power fails
        if (found := database.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(found)  # noqa: TRY301 - as SQLite itself raises
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise FatalError(  # noqa: TRY301
                f"{path}: written by a later version of this program",
                "update this installation: orchestrator upgrade",
                STORAGE,
            )
        if version < VERSION:
            more = f"{_TABLES if version == 0 else ''}{_SECOND}"
            database.executescript(f"BEGIN;{more}PRAGMA user_version={VERSION};COMMIT;")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            database.close()
        raise
    return database
