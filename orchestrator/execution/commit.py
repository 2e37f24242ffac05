"""Turns the output files of a finished job into a result in the store."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipc.errors import StageError
from ipc.protocol import Result
from orchestrator import __version__
from orchestrator.errors import STORAGE, FatalError
from orchestrator.execution.hooks import Hooks
from orchestrator.execution.job import Job, Written
from orchestrator.storage import file_digests
from orchestrator.storage.manifest import Manifest, OutputRecord
from orchestrator.storage.store import Entry, Store


def keep(
    job: Job, result: Result, folder: Path, ingredients: Mapping[str, Any], store: Store, hooks: Hooks
) -> Entry:
    """Check the outputs of a finished job, put external ones in their place, and commit its `folder`.

    Raises `StageError` with its category if an output is missing or invalid, or cannot be written.
    """
    _check_film(job)
    try:
        _validate(job)
        written = {name: _placed(job, name, one, hooks) for name, one in job.written.items()}
        manifest = _manifest(job, result, folder, ingredients, written)
        return store.commit(folder, job.key, manifest, replace=job.step.forced or job.transient)
    except FatalError as error:
        raise StageError(
            "storage" if error.status == STORAGE else "crash", error.message, error.hint
        ) from error
    except OSError as error:
        raise StageError("storage", f"cannot store the result of {job.name}: {error}") from error


def _check_film(job: Job) -> None:
    """Refuse the result if the film was replaced during the run: it is unclear which file was read."""
    plan = job.task.plan
    if "film" not in job.step.inputs.values():
        return
    try:
        now = file_digests.file_digest(plan.film)
    except FatalError as error:
        raise StageError("input", error.message, error.hint) from error
    if now != plan.film_digest:
        raise StageError("input", f"{plan.film.name}: the file changed during the run", "run it again")


def _validate(job: Job) -> None:
    from ipc.artifacts import verify

    for output in job.step.stage.outputs:
        if output.name not in job.written:
            raise StageError("contract", f"{job.name} did not write its output {output.name}")
        kind, path, _ = job.written[output.name]
        if kind != output.kind:
            raise StageError("contract", f"{job.name}: {output.name} is {kind}, expected {output.kind}")
        verify(path, kind)


def _placed(job: Job, name: str, written: Written, hooks: Hooks) -> Written:
    """The output; an external one is put in its place first."""
    external = any(output.external for output in job.step.stage.outputs if output.name == name)
    if not external:
        return written
    return written._replace(path=hooks.place(job.task.plan, job.step, written.path, written.digest))


def _manifest(
    job: Job, result: Result, folder: Path, ingredients: Mapping[str, Any], written: Mapping[str, Written]
) -> Manifest:
    """The manifest of the result."""
    records = {
        name: OutputRecord(
            kind=one.kind,
            path=one.path.name if one.path.parent == folder else str(one.path),
            digest=one.digest,
            size=one.path.stat().st_size,
        )
        for name, one in written.items()
    }
    model, facts = job.choice.model, result.facts
    return Manifest(
        stage=job.name,
        version=job.step.stage.version,
        ingredients=ingredients,
        outputs=records,
        seconds=result.seconds,
        env=job.backend.env,
        device=job.backend.device,
        compute_type=str(facts.get("compute_type") or job.params.get("compute_type") or ""),
        method=result.method,
        model=model.id if model else "",
        revision=model.revision if model else "",
        degraded=tuple(dict.fromkeys((*job.degraded, *result.degraded))),
        facts=facts,
        peak_memory=job.peak_rss,
        created=time.time(),
        tool=__version__,
    )
