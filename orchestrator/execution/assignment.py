"""Assigns workers to jobs within the limits of cores, memory and accelerators, earlier films first.

1. Once the inputs of a job are complete, its result is looked up in the store: then it is done or ready.

2. Ready jobs get workers.

3. Workers for the next jobs are pre-started, so that imports and model loading overlap with running work.

4. Workers that no open job needs are ended.
"""

from __future__ import annotations

from collections.abc import Collection

from orchestrator.execution import accelerators, takeover
from orchestrator.execution.job import ENDED, Job
from orchestrator.execution.messages import Assign, LookUp, ReportSkip, StartWorker
from orchestrator.execution.recipe import Recipe
from orchestrator.execution.situation import Worker
from orchestrator.execution.turn import Turn


def proceed(turn: Turn, now: float) -> None:
    """Do everything that can be done now, but assign nothing while an earlier film's result is looked up."""
    if turn.stopping:
        return
    if _advance(turn):
        return
    crowded = _assign(turn, now)
    _look_ahead(turn, crowded=crowded)
    if not turn.open and not turn.expecting:
        retire(turn, ())


def _advance(turn: Turn) -> bool:
    """Look up jobs with complete inputs, skip those with a failed input; return whether any is looked up."""
    asked = False
    for job in turn.open:
        if job.status != "waiting":
            continue
        needs = [turn.jobs[need] for need in job.task.needs]
        if failed := [need.name for need in needs if need.status == "failed"]:
            turn.set_job(job, status="failed")
            turn.ask(ReportSkip(job, f"{failed[0]} failed"))
        elif all(need.status in ENDED for need in needs):
            turn.ask(LookUp(turn.set_job(job, status="looked_up")))
            asked = True
    return asked


def _assign(turn: Turn, now: float) -> bool:
    """Give ready jobs to workers, within the limits. Return whether a job waits for memory."""
    crowded = False
    limits = turn.rules.limits
    active = sum(job.status in {"assigned", "running"} for job in turn.open)
    for job in turn.open:
        if job.status != "ready":
            continue
        if active >= max(2, limits.cores):
            break
        if job.key in turn.made and not job.step.forced:
            # Another film of this run has the same content: its result serves this job too.
            turn.ask(LookUp(turn.set_job(job, status="looked_up")))
            continue
        recipe = job.recipe
        worker = _free(turn, recipe)
        if not accelerators.take(turn, job, worker):
            continue
        if worker is None:
            if _busy(turn, recipe):
                continue
            needed = job.memory_mb
            free = takeover.free_process(turn, job)
            if takeover.awaited(turn, job, free):
                continue
            if crowded or not _make_room(turn, needed, limits.memory_mb, instead=free):
                crowded = True  # later jobs must not take the memory that it waits for
                continue
            if free is not None:
                worker = turn.take_over(free, job, reserved=True)
            else:
                worker = _start(turn, job, recipe, reserved=True)
        _give(turn, job, worker, now)
        active += 1
    return crowded


def _start(turn: Turn, job: Job, recipe: Recipe, *, reserved: bool) -> Worker:
    worker = turn.new_worker(job, recipe, reserved=reserved)
    turn.ask(StartWorker(worker, job))
    return worker


def _give(turn: Turn, job: Job, worker: Worker, now: float) -> None:
    job = turn.set_job(job, status="assigned", worker=worker.number, moved=now, written={})
    worker = turn.set_worker(worker, job=job.id)
    turn.ask(Assign(job))
    if worker.status == "idle":
        turn.begin(job, worker)


def _look_ahead(turn: Turn, *, crowded: bool) -> None:
    """End workers that no job needs, and pre-start those for the next jobs within the limits."""
    needed: set[Recipe] = set()
    ahead: dict[Recipe, Job] = {}
    for job in turn.open:
        recipe = job.recipe
        needed.add(recipe)
        if job.status == "ready" or (job.status == "waiting" and job.step.verdict == "run"):
            ahead.setdefault(recipe, job)
    without = [job for recipe, job in ahead.items() if not _busy(turn, recipe)]
    if not turn.expecting:
        retire(turn, needed | {worker.recipe for worker in takeover.kept(turn, without)})
    if not turn.rules.prestart or crowded:
        return
    limits = turn.rules.limits
    for recipe, job in ahead.items():
        if sum(worker.status == "starting" for worker in turn.workers.values()) >= max(1, limits.cores // 2):
            return
        if recipe in turn.spoiled or _busy(turn, recipe) or not accelerators.fits_ahead(turn, job):
            continue
        free = takeover.free_process(turn, job)
        given = free.memory_mb if free else 0
        if _memory_mb(turn) - given + job.memory_mb > limits.memory_mb:
            continue
        if takeover.comes_free(turn, job, free):
            continue
        if free is not None:
            turn.take_over(free, job, reserved=False)
        else:
            _start(turn, job, recipe, reserved=False)


def retire(turn: Turn, needed: Collection[Recipe]) -> None:
    """End the workers whose recipe is not in `needed`."""
    for worker in list(turn.workers.values()):
        if worker.job is None and worker.status in {"idle", "starting"} and worker.recipe not in needed:
            turn.dismiss(worker)


def _free(turn: Turn, recipe: Recipe) -> Worker | None:
    """A worker for `recipe` without a job, idle rather than starting; None if all have one."""
    fitting = [
        w for w in turn.workers.values() if w.recipe == recipe and w.job is None and w.status != "stopping"
    ]
    return min(fitting, key=lambda worker: worker.status != "idle", default=None)


def _busy(turn: Turn, recipe: Recipe) -> bool:
    """Return whether `recipe` has a worker: a second would load the same model and share its cores."""
    return any(worker.recipe == recipe and worker.status != "stopping" for worker in turn.workers.values())


def _memory_mb(turn: Turn) -> int:
    """Memory that the living workers may use, as planning estimates it."""
    return sum(worker.memory_mb for worker in turn.workers.values())


def _make_room(turn: Turn, memory_mb: int, budget_mb: int, *, instead: Worker | None) -> bool:
    """End workers without a job until `memory_mb` more fits in the budget; return whether it fits already.

    A job that needs more than the budget runs when it is alone. A worker that was told to end counts until it
    has exited. The memory of `instead`, which would be taken over, is given to the job.
    """
    given = instead.memory_mb if instead else 0
    workers = [worker for worker in turn.workers.values() if worker is not instead]
    if not workers or _memory_mb(turn) - given + memory_mb <= budget_mb:
        return True
    staying = sum(w.memory_mb for w in workers if w.status != "stopping")
    for worker in reversed(workers):  # the last one started is needed last
        if staying + memory_mb <= budget_mb:
            break
        if worker.job is None and worker.status != "stopping":
            turn.dismiss(worker)
            staying -= worker.memory_mb
    return False
