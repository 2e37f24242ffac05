"""Assigns workers to jobs within the limits of cores, memory and accelerators, earlier films first.

1. Once the inputs of a job are complete, its result is looked up in the store: then it is done or ready.

2. Ready jobs get workers.

3. Workers for the next jobs are pre-started, so that imports and model loading overlap with running work.

4. Workers that no open job needs are ended.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence

from orchestrator.execution import accelerators, takeover
from orchestrator.execution.job import ENDED, Job
from orchestrator.execution.messages import Assign, LookUp, ReportSkip, StartWorker
from orchestrator.execution.recipe import Recipe
from orchestrator.execution.situation import Worker
from orchestrator.execution.turn import Turn
from orchestrator.machine.limits import accelerator

_FILMS = 6
"""Films at a time, for each GPU. Quick stages would else run through a library while its first film is
transcribed, and the decoded sound of a film, 230 MB, stays in the cache until its last stage has ended."""


def proceed(turn: Turn, now: float) -> None:
    """Do everything that can be done now, but assign nothing while an earlier film's result is looked up."""
    if turn.stopping:
        return
    turn.now = now
    if _advance(turn):
        return
    crowded = _assign(turn)
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


def _assign(turn: Turn) -> bool:
    """Give ready jobs to workers, within the limits. Return whether a job waits for memory."""
    crowded = False
    limits = turn.rules.limits
    at_work = [job for job in turn.open if job.status in {"assigned", "running", "keeping"}]
    active = sum(job.status != "keeping" for job in at_work)
    cores = sum(map(_cores, at_work))
    being_made = {job.key for job in at_work}
    near = set(itertools.islice(dict.fromkeys(job.film for job in turn.open), _FILMS * turn.gpus))
    for job in turn.open:
        if job.status != "ready" or job.key in being_made:
            continue
        if job.film not in near:
            break
        places = accelerators.on_each(turn, job)
        if active >= max(2, limits.cores):
            # The cores are taken, but an accelerator need not wait for them.
            places = [one for one in places if accelerators.is_idle(turn, one)]
            if not places:
                continue
        if job.key in turn.made and not job.step.forced:
            # Another film of this run has the same content: its result serves this job too.
            turn.ask(LookUp(turn.set_job(job, status="looked_up")))
            continue
        if (found := _where(turn, places)) is None:
            continue
        placed, worker = found
        if worker is None:
            further = any(_count(turn, recipe) for recipe in placed.recipes)
            if further and not accelerator(placed.device) and not _spare(turn, placed, cores):
                continue
            free = takeover.free_process(turn, placed)
            if takeover.awaited(turn, placed, free):
                continue
            if crowded or not _make_room(turn, placed.memory_mb, limits.memory_mb, instead=free):
                # Later jobs must not take the memory that it waits for, unless it waits for a worker too.
                crowded = crowded or not further
                continue
            if free is not None:
                worker = turn.take_over(free, placed, reserved=True)
            else:
                worker = _start(turn, placed, placed.recipe, reserved=True)
        _give(turn, placed, worker)
        being_made.add(job.key)
        cores += _cores(placed)
        active += 1
    return crowded


def _where(turn: Turn, each: Sequence[Job]) -> tuple[Job, Worker | None] | None:
    """The first place for a job, of `each` place the job as it would be there, and its worker, if it has one.

    None if it has to wait: for its worker, or for memory of an accelerator, for which idle workers are ended.
    A worker that would have to start where the machine's memory is taken gives way to one that lives.
    """
    able = [(job, _free(turn, job.recipe)) for job in each]
    able = [(job, worker) for job, worker in able if worker is not None or not _busy(turn, job.recipe)]
    fitting = [(job, worker) for job, worker in able if accelerators.fits(turn, job, worker)]
    if not fitting:
        if able and not any(accelerators.is_being_cleared(turn, job) for job, _ in able):
            accelerators.make_room(turn, *able[0])
        return None
    budget = turn.rules.limits.memory_mb - _memory_mb(turn)
    now = (one for one in fitting if one[1] is not None or one[0].memory_mb <= budget)
    return next(now, fitting[0])


def _start(turn: Turn, job: Job, recipe: Recipe, *, reserved: bool) -> Worker:
    worker = turn.new_worker(job, recipe, reserved=reserved)
    turn.ask(StartWorker(worker, job))
    return worker


def _give(turn: Turn, job: Job, worker: Worker) -> None:
    job = turn.set_job(job, status="assigned", worker=worker.number, moved=turn.now, written={})
    worker = turn.set_worker(worker, job=job.id)
    turn.ask(Assign(job))
    if worker.status == "idle":
        turn.begin(job, worker)


def _look_ahead(turn: Turn, *, crowded: bool) -> None:
    """End workers that no job needs, and pre-start those for the next jobs within the limits."""
    ahead: dict[tuple[Recipe, ...], list[Job]] = {}
    for job in turn.open:
        if job.status == "ready" or (job.status == "waiting" and job.step.verdict == "run"):
            ahead.setdefault(job.recipes, []).append(job)
    starting = [one for recipes, jobs in ahead.items() for one in _without_worker(turn, recipes, jobs)]
    if not turn.expecting:
        retire(turn, turn.needed | {worker.recipe for worker in takeover.kept(turn, starting)})
    if not turn.rules.prestart or crowded:
        return
    limits = turn.rules.limits
    for waiting in starting:
        if sum(worker.status == "starting" for worker in turn.workers.values()) >= max(1, limits.cores // 2):
            return
        able = [one for one in accelerators.on_each(turn, waiting) if _can_start(turn, one)]
        if not able:
            continue
        job = able[0]
        free = takeover.free_process(turn, job)
        given = free.memory_mb if free else 0
        if _memory_mb(turn) - given + job.memory_mb > limits.memory_mb:
            continue
        if takeover.comes_free(turn, job, free):
            continue
        if free is not None:
            turn.take_over(free, job, reserved=False)
        else:
            _start(turn, job, job.recipe, reserved=False)


def _is_next(turn: Turn, job: Job) -> bool:
    """Whether the job can run once jobs that are at work now have ended."""
    needs = (turn.jobs[need].status for need in job.task.needs)
    return all(status in {*ENDED, "assigned", "running", "keeping"} for status in needs)


def _without_worker(turn: Turn, recipes: Collection[Recipe], jobs: Sequence[Job]) -> Sequence[Job]:
    """Those of `jobs` for which a worker of one of `recipes` should start: each recipe has at most one.

    On several GPUs, a second worker and further ones start only for jobs that are next.
    """
    living = [one for one in turn.workers.values() if one.status != "stopping" and one.recipe in recipes]
    lacking = max(0, len(recipes) - len(living))  # on the CPU there may be more
    if not lacking or len(recipes) == 1:
        return jobs[:lacking]
    free = sum(one.job is None for one in living)
    near = [job for job in jobs if _is_next(turn, job)]
    return (near[free:] if near or living else jobs[:1])[:lacking]


def _can_start(turn: Turn, job: Job) -> bool:
    """Whether a worker may start ahead for the job, as it would be on a GPU."""
    if job.recipe in turn.spoiled or _busy(turn, job.recipe):
        return False
    return accelerators.fits_ahead(turn, job)


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
    """Return whether `recipe` has its worker: a second would load the same model and share its cores.

    On the CPU it has as many as there are GPUs to keep busy.
    """
    count = _count(turn, recipe)
    return count > 0 and (bool(accelerator(recipe.device)) or count >= turn.gpus)


def _count(turn: Turn, recipe: Recipe) -> int:
    return sum(one.recipe == recipe and one.status != "stopping" for one in turn.workers.values())


def _spare(turn: Turn, job: Job, cores: int) -> bool:
    """Whether the machine has so much to spare that a job on the CPU gets a further worker of its recipe.

    `cores` are taken by jobs at work. No other worker gives way to it: the one that lives will serve the job.
    """
    limits = turn.rules.limits
    return cores + _cores(job) <= limits.cores and _memory_mb(turn) + job.memory_mb <= limits.memory_mb


def _cores(job: Job) -> int:
    """The cores that a job at work takes: on an accelerator one, which feeds it."""
    return 1 if accelerator(job.device) else job.recipe.threads


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
