"""What a client reads of a job."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from orchestrator.outputs.names import BY_NAME
from orchestrator.serve.job import Job
from orchestrator.serve.progress import Progress

KINDS = {
    **{one.extension.lower(): one.media_type for one in BY_NAME.values()},
    "html": "text/html", "mkv": "video/x-matroska", "mp4": "video/mp4",
}  # fmt: skip


def job_of(job: Job, progress: Progress | None, *, whole: bool = False) -> dict[str, Any]:
    """A job in JSON; `whole` with its stages. Times are seconds since 1970."""
    known = progress.summary() if progress else dict(job.summary)
    outputs = progress.outputs if progress else job.outputs
    body: dict[str, Any] = {
        "id": job.id, "state": job.state, "name": job.name, "film": None if job.upload else str(job.film),
        "source": job.source, "urgent": job.urgent, "cancelling": job.cancelling, "options": job.options,
        "attempts": job.attempts, "created": job.created, "started": job.started, "ended": job.ended,
        "title": known.get("title", ""), "seconds": known.get("seconds", 0),
        "language": known.get("language", ""), "degraded": known.get("degraded", []),
        "problem": {key: job.problem[key] for key in ("message", "hint") if key in job.problem} or None,
        "files": [file_of(job, output) for output in outputs],
        "fraction": progress.fraction if progress else float(job.state in {"done", "degraded"}),
        "running": [
            name for name, step in (progress.steps if progress else {}).items()
            if step.get("status") == "running"
        ],
    }  # fmt: skip
    if whole:
        body["steps"] = progress.steps if progress else known.get("steps", {})
    return body


def file_of(job: Job, output: Any) -> dict[str, Any]:
    """A file that a job wrote."""
    name = str(output.get("path", "")).rpartition("/")[2]
    return {
        "name": name,
        "size": output.get("size", 0),
        "type": KINDS.get(name.rpartition(".")[2].lower(), "application/octet-stream"),
        "url": f"/api/jobs/{job.id}/files/{quote(name, safe='', errors='surrogateescape')}",
    }
