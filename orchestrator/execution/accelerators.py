"""Who may use an accelerator beside whom: by the memory that stages declare, and that its framework says it has."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.execution.job import Job
from orchestrator.execution.situation import Worker
from orchestrator.execution.turn import Turn
from orchestrator.machine.limits import accelerator

SHARE = 0.8
"""Of an accelerator's memory, what workers may take together: the rest is for the display, and for models that need more."""


def take(turn: Turn, job: Job, worker: Worker | None) -> bool:
    """Whether the job, with its worker where it has one, gets its accelerator: alone, or beside others where all of them fit.

    Idle workers that hold what it needs are ended; it waits until they have gone.
    """
    where = accelerator(job.backend.device)
    others = [other for other in _on(turn, where) if other is not worker] if where else []
    if not others:
        return True
    total = turn.rules.accelerator_mb(job.backend.env, job.backend.device)
    if not total:  # not known: one at work at a time
        return not any(other.job is not None for other in others)
    return _make_room(turn, others, job.step.stage.resources.vram_mb, int(total * SHARE))


def fits_ahead(turn: Turn, job: Job) -> bool:
    """Whether a worker started ahead of need for the job would take nothing that others on its accelerator need."""
    where = accelerator(job.backend.device)
    total = turn.rules.accelerator_mb(job.backend.env, job.backend.device) if where else 0
    if not total:
        return True
    taken = sum(other.stage.resources.vram_mb for other in _on(turn, where))
    return taken + job.step.stage.resources.vram_mb <= int(total * SHARE)


def _on(turn: Turn, where: str) -> list[Worker]:
    """The living workers that hold memory of an accelerator."""
    return [worker for worker in turn.workers.values() if worker.accelerator == where]


def _make_room(turn: Turn, workers: Sequence[Worker], vram_mb: int, budget_mb: int) -> bool:
    """Whether `vram_mb` more fits into the budget beside `workers`; else end those without a job until it does."""
    taken = sum(worker.stage.resources.vram_mb for worker in workers)
    if taken + vram_mb <= budget_mb:
        return True
    for worker in reversed(workers):
        if taken + vram_mb <= budget_mb:
            break
        if worker.job is None and worker.status != "stopping":
            turn.dismiss(worker)
            taken -= worker.stage.resources.vram_mb
    return False
