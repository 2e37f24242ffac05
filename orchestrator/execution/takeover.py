"""Which process goes on as another stage: it need not start, and keeps what it has imported.

Importing torch takes longer than Silero, pyannote's network or CAM++ take for a minute of film, and they run
one after the other. Only a worker whose recipe no open job needs is given away, so a run of several films
keeps the workers of all its stages until the last film, and a run that more films may join gives none away.
"""

from __future__ import annotations

from collections.abc import Collection

from orchestrator.execution.job import Job, JobId
from orchestrator.execution.situation import Worker
from orchestrator.execution.turn import Turn

_ABOUT = frozenset({"looked_up", "ready", "assigned", "running", "keeping"})
"""The states of a job that is at work, or about to be."""


def free_process(turn: Turn, job: Job) -> Worker | None:
    """An idle worker that no open job needs and whose process can serve `job`; None if there is none."""
    return next(iter(_free_processes(turn, job)), None)


def comes_free(turn: Turn, job: Job, free: Worker | None) -> bool:
    """Whether a worker that has imported the packages of `job` will be free by the time the job can run.

    Starting another process ahead, or giving it the `free` one without them, would import them once more. Of
    two brief stages, one waits for the other.
    """
    if free and (_shared(free, job) or not job.step.stage.brief):
        return False
    return _comes_free(turn, job, also={"waiting", *_ABOUT})


def awaited(turn: Turn, job: Job, free: Worker | None) -> bool:
    """Whether a ready job waits for a process: both its stages are brief, and the other one is at work.

    Not if the `free` process, which it could have, has imported its packages too.
    """
    if not job.step.stage.brief or (free and _shared(free, job)):
        return False
    return _comes_free(turn, job, also=_ABOUT)


def _comes_free(turn: Turn, job: Job, *, also: Collection[str]) -> bool:
    """Whether every job of such a worker is one before `job`, or a brief one in a state of `also`."""
    host = job.recipe.host
    if host is None or job.recipe in turn.spoiled or turn.expecting:
        return False
    sharing = [
        one
        for one in turn.workers.values()
        if one.recipe.host == host and one.status != "stopping" and _shared(one, job)
    ]
    if not sharing:
        return False
    before = _before(turn, job)

    def is_over_by_then(other: Job) -> bool:
        brief = other.step.stage.brief and job.step.stage.brief and other.film == job.film
        return other.id in before or (brief and other.status in also and job.id not in _before(turn, other))

    return any(
        all(is_over_by_then(other) for other in turn.open if other.recipe == one.recipe) for one in sharing
    )


def kept(turn: Turn, ahead: Collection[Job]) -> list[Worker]:
    """The idle workers that no open job needs, but that are to be taken over: one for each job of `ahead`."""
    result: list[Worker] = []
    for job in ahead:
        left = [one for one in _free_processes(turn, job) if one not in result]
        result += left[:1]
    return result


def _free_processes(turn: Turn, job: Job) -> list[Worker]:
    """Those that have imported most of what the job needs first."""
    host = job.recipe.host
    if host is None or job.recipe in turn.spoiled or turn.expecting:
        return []
    idle = [one for one in turn.workers.values() if one.status == "idle" and one.job is None]
    if not (fitting := [one for one in idle if one.recipe.host == host]):
        return []
    free = [one for one in fitting if one.recipe not in turn.needed]
    return sorted(free, key=lambda one: -len(_shared(one, job)))


def _shared(worker: Worker, job: Job) -> set[str]:
    """The packages that both declare, for the stage or for the way it runs."""
    there = {*worker.stage.packages, *worker.recipe.backend.packages}
    return there & {*job.step.stage.packages, *job.backend.packages}


def _before(turn: Turn, job: Job) -> set[JobId]:
    """The jobs that have to end before `job` can run."""
    found: set[JobId] = set()
    waiting = list(job.task.needs)
    while waiting:
        need = waiting.pop()
        if need not in found:
            found.add(need)
            waiting += turn.jobs[need].task.needs
    return found
