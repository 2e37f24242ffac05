"""Who may use an accelerator beside whom: by the memory that stages declare, and that its framework says it has."""

from __future__ import annotations

from orchestrator.execution.job import Job
from orchestrator.execution.pool import Hand, Pool
from orchestrator.machine import limits
from orchestrator.machine.profile import Machine

SHARE = 0.8
"""Of an accelerator's memory, what workers may lease together: the rest is for the display, and for what a model takes more."""


def take(job: Job, hand: Hand | None, pool: Pool, machine: Machine) -> bool:
    """Whether the job, with its worker `hand`, gets its accelerator: alone, or beside others where all of them fit.

    Idle workers that hold what it needs are ended; it waits until they have gone.
    """
    where = limits.accelerator(job.backend.device)
    others = [other for other in pool.on(where) if other is not hand] if where else []
    if not others:
        return True
    total = machine.answer(job.backend.env, job.backend.device).memory_mb
    if not total:  # nobody knows: one at work at a time
        return not any(other.job is not None for other in others)
    return pool.make_room_on(others, job.step.stage.resources.vram_mb, int(total * SHARE))


def fits_ahead(job: Job, pool: Pool, machine: Machine) -> bool:
    """Whether a worker started ahead of need for the job would take nothing that others on its accelerator need."""
    where = limits.accelerator(job.backend.device)
    total = machine.answer(job.backend.env, job.backend.device).memory_mb if where else 0
    if not total:
        return True
    taken = sum(hand.stage.resources.vram_mb for hand in pool.on(where))
    return taken + job.step.stage.resources.vram_mb <= int(total * SHARE)
