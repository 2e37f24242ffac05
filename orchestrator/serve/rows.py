"""Jobs as rows of the queue's database, and back. Paths and names may have any bytes."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from ipc import json_text
from orchestrator.serve.job import Job

INSERT = (
    "INSERT INTO job(id, film, name, source, state, place, urgent, options, fingerprint, upload, created) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

_ENOUGH = 2


def values(job: Job) -> tuple[Any, ...]:
    """The values of `INSERT`."""
    return (
        job.id, of_path(job.film), job.name.encode(errors="replace").decode(), job.source, job.state,
        job.place, job.urgent, of_json(job.options), job.fingerprint,
        of_path(job.upload) if job.upload else None, job.created,
    )  # fmt: skip


def job_of(row: sqlite3.Row) -> Job:
    """The job of a row."""
    return Job(
        id=row["id"], film=_path(row["film"]), name=row["name"], source=row["source"],
        state=row["state"], place=row["place"], urgent=bool(row["urgent"]),
        options=json.loads(row["options"]), fingerprint=row["fingerprint"],
        upload=_path(row["upload"]) if row["upload"] else None, attempts=row["attempts"],
        kills=row["kills"], cancelling=bool(row["cancelling"]), enough=row["cancelling"] == _ENOUGH,
        created=row["created"],
        started=row["started"], ended=row["ended"], problem=json.loads(row["problem"]),
        outputs=tuple(json.loads(row["outputs"])), summary=json.loads(row["summary"]),
    )  # fmt: skip


def of_json(value: Any) -> str:
    """A value as text, always the same for the same value."""
    return json_text.dumps(value, sort_keys=True, default=str)


def of_path(path: Path) -> str:
    """A path as text that SQLite can hold, whatever the bytes of its name are."""
    return json_text.dumps(str(path))


def _path(text: str) -> Path:
    return Path(json.loads(text))
