"""From what a worker said it wrote to a result in the store."""

from __future__ import annotations

from ipc.errors import StageError
from ipc.protocol import Result
from orchestrator.errors import STORAGE, FatalError
from orchestrator.execution.hooks import Hooks
from orchestrator.execution.job import Job
from orchestrator.storage import file_digests
from orchestrator.storage.store import Entry, Store


def keep(job: Job, result: Result, store: Store, hooks: Hooks) -> Entry:
    """Check the outputs of a job that has ended well, put external ones in their place, and commit.

    `StageError` with its category where an output is missing or not valid, or nothing can be written.
    """
    _same_film(job)
    try:
        _validate(job)
        _place(job, hooks)
        manifest = job.manifest(
            seconds=result.seconds,
            method=result.method,
            degraded=tuple(result.degraded),
            facts=result.facts,
        )
        entry = store.commit(job.folder, job.key, manifest, replace=job.step.forced or job.again)
    except FatalError as error:
        raise StageError(
            "storage" if error.status == STORAGE else "crash", error.message, error.hint
        ) from error
    except OSError as error:
        raise StageError("storage", f"cannot keep the result of {job.name}: {error}") from error
    job.attempt = None
    return entry


def _same_film(job: Job) -> None:
    """A result is kept for the film that was planned: of one that was replaced meanwhile, nobody knows what was read."""
    if "film" not in job.step.inputs.values():
        return
    try:
        now = file_digests.file_digest(job.plan.film)
    except FatalError as error:
        raise StageError("input", error.message, error.hint) from error
    if now != job.plan.film_digest:
        raise StageError("input", f"{job.plan.film.name} was changed while it was read", "run it again")


def _validate(job: Job) -> None:
    from ipc.artifacts import verify

    for output in job.step.stage.outputs:
        if output.name not in job.written:
            raise StageError("contract", f"{job.name} did not write its output {output.name}")
        kind, path, _ = job.written[output.name]
        if kind != output.kind:
            raise StageError("contract", f"{job.name}: {output.name} is {kind}, expected {output.kind}")
        verify(path, kind)


def _place(job: Job, hooks: Hooks) -> None:
    for output in job.step.stage.outputs:
        if output.external:
            kind, path, digest = job.written[output.name]
            job.written[output.name] = (kind, hooks.place(job.plan, job.step, path, digest), digest)
            job.draft = None
