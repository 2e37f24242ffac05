"""Decides which workers may share an accelerator, by the memory that their stages take."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.execution.job import Job
from orchestrator.execution.situation import Worker
from orchestrator.execution.turn import Turn
from orchestrator.machine.limits import accelerator

SHARE = 0.8
"""Share of an accelerator's memory that workers may use together; the rest is for the display and for larger
models."""


def take(turn: Turn, job: Job, worker: Worker | None) -> bool:
    """Return whether the job may use its accelerator now: alone, or beside workers that leave enough memory.

    `worker` is the job's worker if it has one. If the memory does not suffice, idle workers are ended, and
    the job waits until they have exited.
    """
    where = accelerator(job.backend.device)
    others = [other for other in _on(turn, where) if other is not worker] if where else []
    if not others:
        return True
    total = turn.rules.accelerator_mb(job.backend.env, job.backend.device)
    if not total:  # unknown: one running worker at a time
        return not any(other.job is not None for other in others)
    return _make_room(turn, others, job.vram_mb, int(total * SHARE))


def fits_ahead(turn: Turn, job: Job) -> bool:
    """Return whether a worker pre-started for the job would leave enough memory on its accelerator."""
    where = accelerator(job.backend.device)
    total = turn.rules.accelerator_mb(job.backend.env, job.backend.device) if where else 0
    if not total:
        return True
    taken = sum(other.vram_mb for other in _on(turn, where))
    return taken + job.vram_mb <= int(total * SHARE)


def _on(turn: Turn, where: str) -> list[Worker]:
    """The living workers that hold memory of an accelerator."""
    return [worker for worker in turn.workers.values() if worker.accelerator == where]


def _make_room(turn: Turn, workers: Sequence[Worker], vram_mb: int, budget_mb: int) -> bool:
    """Return whether `vram_mb` fits in the budget beside `workers`; if not, end idle ones until it does."""
    taken = sum(worker.vram_mb for worker in workers)
    if taken + vram_mb <= budget_mb:
        return True
    for worker in reversed(workers):
        if taken + vram_mb <= budget_mb:
            break
        if worker.job is None and worker.status != "stopping":
            turn.dismiss(worker)
            taken -= worker.vram_mb
    return False
