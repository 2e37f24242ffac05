"""Decides which workers may share an accelerator, by the memory that they take, and which GPU is best."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.execution.failures import set_aside
from orchestrator.execution.job import Job
from orchestrator.execution.situation import Worker
from orchestrator.execution.turn import Turn
from orchestrator.machine.limits import accelerator
from orchestrator.planning.gpu_places import SHARE


def on_each(turn: Turn, job: Job) -> list[Job]:
    """The job as it would be on each GPU that could run it, the best first; itself if there is one device.

    The best is the one with the least to do, then the one where a worker has the model, then the one with the
    most memory left. GPUs on which one stage after the other failed are left out while there are others.
    """
    recipes = job.recipes
    if len(recipes) == 1:
        return [job if recipes[0].gpu == job.gpu else turn.at(job, recipes[0].gpu)]
    sound = [one for one in recipes if not set_aside(turn, one.gpu)] or recipes
    ready = {one.recipe for one in turn.workers.values() if one.job is None and one.status != "stopping"}

    def rank(one: Job) -> tuple[int, bool, int]:
        return at_work(turn, one), one.recipe not in ready, _taken_mb(turn, one)

    return sorted((turn.at(job, one.gpu) for one in sound), key=rank)


def at_work(turn: Turn, job: Job) -> int:
    """How many workers have a job on the accelerator of this one."""
    return sum(other.job is not None for other in _on(turn, accelerator(job.device)))


def is_idle(turn: Turn, job: Job) -> bool:
    """Whether the job has an accelerator on which no other job is."""
    return bool(accelerator(job.device)) and not at_work(turn, job)


def fits(turn: Turn, job: Job, worker: Worker | None) -> bool:
    """Return whether the job may use its accelerator now: alone, or beside workers that leave enough memory.

    `worker` is the job's worker if it has one.
    """
    others = _beside(turn, job, worker)
    if not others:
        return True
    if not (budget := _budget_mb(turn, job)):  # unknown: one running worker at a time
        return not any(other.job is not None for other in others)
    return sum(other.vram_mb for other in others) + job.vram_mb <= budget


def make_room(turn: Turn, job: Job, worker: Worker | None) -> None:
    """End idle workers on the job's accelerator until it fits beside the others, unless it never will."""
    others = _beside(turn, job, worker)
    budget = _budget_mb(turn, job)
    staying = sum(other.vram_mb for other in others if other.status != "stopping")
    for other in reversed(others):
        if staying + job.vram_mb <= budget:
            return
        if budget and other.job is None and other.status != "stopping":
            turn.dismiss(other)
            staying -= other.vram_mb


def is_being_cleared(turn: Turn, job: Job) -> bool:
    """Whether the job will fit on its accelerator once the workers that were told to end have exited."""
    others = _beside(turn, job, None)
    staying = sum(other.vram_mb for other in others if other.status != "stopping")
    room = not staying or staying + job.vram_mb <= _budget_mb(turn, job)
    return room and any(other.status == "stopping" for other in others)


def fits_ahead(turn: Turn, job: Job) -> bool:
    """Return whether a worker pre-started for the job would leave enough memory on its accelerator."""
    budget = _budget_mb(turn, job)
    return not budget or _taken_mb(turn, job) + job.vram_mb <= budget


def _budget_mb(turn: Turn, job: Job) -> int:
    """The memory that the workers on the job's accelerator may use together; 0 if it is unknown."""
    if not accelerator(job.device):
        return 0
    return int(turn.rules.accelerator_mb(job.backend.env, job.device) * SHARE)


def _taken_mb(turn: Turn, job: Job) -> int:
    return sum(other.vram_mb for other in _on(turn, accelerator(job.device)))


def _beside(turn: Turn, job: Job, worker: Worker | None) -> Sequence[Worker]:
    where = accelerator(job.device)
    return [other for other in _on(turn, where) if other is not worker] if where else []


def _on(turn: Turn, where: str) -> list[Worker]:
    """The living workers that hold memory of an accelerator."""
    return [worker for worker in turn.workers.values() if worker.accelerator == where]
