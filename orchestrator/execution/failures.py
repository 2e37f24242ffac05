"""Applies `orchestrator.execution.failure_policy` to failed jobs, and records which batch sizes fit."""

from __future__ import annotations

from dataclasses import replace

from ipc.protocol import Error
from orchestrator.execution import failure_policy
from orchestrator.execution.failure_policy import Diagnosis
from orchestrator.execution.job import Job, Tries
from orchestrator.execution.messages import Drop, Exited, Learn, LookUp, ReportFallback, ReportRetry, Warn
from orchestrator.execution.situation import Failing, Worker
from orchestrator.execution.turn import Turn
from orchestrator.machine.limits import accelerator

FAILING = 2
"""Jobs in a row that fail on a GPU before it is set aside, if there is another."""
SET_ASIDE_S = 600.0
"""How long such a GPU is set aside: then it gets a job again, since a run may stand for weeks."""
_OF_GPU = frozenset({"crash", "stalled"})


def after_success(turn: Turn, job: Job) -> None:
    """Record the smaller batch size that fitted, if the job needed one: the next run starts with it."""
    if job.gpu in turn.failing:
        turn.failing = {gpu: one for gpu, one in turn.failing.items() if gpu != job.gpu}
    tries = job.tries
    if tries.failed_batches and tries.batch is not None:
        turn.ask(Learn(job, tries, failed=min(tries.failed_batches), fitted=tries.batch))


def after_error(turn: Turn, job: Job, worker: int, error: Error, *, loading: bool) -> None:
    """Handle an error that a stage reported; while its worker is being stopped, the stop is the cause."""
    if job.stalled or job.pressed:
        _recover(turn, job, worker, _stopped(job), loading=loading)
        return
    message = error.message if error.category != "crash" else f"{error.type}: {error.message}"
    _recover(turn, job, worker, Diagnosis(error.category, message, ""), hint=error.hint, loading=loading)


def again_in_a_new_process(turn: Turn, job: Job, worker: Worker, message: str) -> None:
    """Run a job again whose process, now stopped, was another stage's before: that may be the cause.

    It is neither a retry of the job nor evidence of a limit of memory.
    """
    turn.spoiled |= {worker.recipe}
    turn.ask(Drop(job))
    turn.ask(ReportRetry(job, f"trying it in a process of its own ({message.splitlines()[0]})"))
    turn.set_job(job, status="ready", worker=None, stalled=False, pressed="")


def after_death(turn: Turn, job: Job, worker: int, exited: Exited, *, loading: bool) -> None:
    """Handle the end of a process before the job's work was complete."""
    if job.stalled or job.pressed:
        diagnosis = _stopped(job)
    else:
        diagnosis = failure_policy.diagnosis(
            job.name, exited.status, for_memory=exited.for_memory, tail=exited.tail
        )
    _recover(turn, job, worker, diagnosis, loading=loading)


def _stopped(job: Job) -> Diagnosis:
    """The reason why the job's worker was stopped."""
    if job.pressed:
        return Diagnosis("oom_host", job.pressed, "was stopped")
    return failure_policy.diagnosis(job.name, 0, stall_s=job.step.stage.stall_s)


def _recover(
    turn: Turn, job: Job, worker: int, diagnosis: Diagnosis, *, hint: str = "", loading: bool
) -> None:
    turn.ask(Drop(job))
    job = turn.set_job(job, stalled=False, pressed="", worker=None)
    if turn.stopping:
        turn.set_job(job, status="failed")
        return
    remedy = failure_policy.remedy(
        diagnosis.category,
        died=diagnosis.how,
        retries=job.tries.retries,
        # A smaller batch does not help a model that does not fit.
        batch=None if loading else job.batch_size,
        floor=job.step.stage.batch_floor,
        device=job.device,
        next_choice=job.next_choice,
        other_gpu=job.other_gpu,
        lost=failure_policy.is_lost(diagnosis.message),
    )
    if job.gpu and diagnosis.category in _OF_GPU:
        _count(turn, job)
    match remedy.action:
        case "fail" | "stop":
            note = f"\n{remedy.note}" if remedy.note else ""
            turn.fail(job, diagnosis.category, f"{diagnosis.message}{note}", hint, worker=worker)
        case "other_gpu":
            _to_another_gpu(turn, job, worker, diagnosis, remedy.note)
        case "next_choice":
            turn.ask(ReportFallback(job, remedy.note))
            if diagnosis.category == "oom_device" and _alone(turn, job, diagnosis.category, worker):
                turn.ask(Learn(job, job.tries, failed=job.batch_size or 0, fitted=0))
            tries = Tries(choice=job.tries.choice + 1)
            turn.ask(LookUp(turn.set_job(job, status="looked_up", tries=tries, gpu="")))
        case _:
            tries = job.tries
            if remedy.action == "retry":
                turn.ask(ReportRetry(job, f"{remedy.note} ({diagnosis.message.splitlines()[0]})"))
                tries = replace(tries, retries=tries.retries + 1)
            else:
                turn.ask(ReportFallback(job, remedy.note))
            if remedy.batch is not None:
                size = job.batch_size
                if size is not None and _alone(turn, job, diagnosis.category, worker):
                    tries = replace(tries, failed_batches=(*tries.failed_batches, size))
                tries = replace(tries, batch=remedy.batch)
            turn.set_job(job, status="ready", tries=tries)


def _to_another_gpu(turn: Turn, job: Job, worker: int, diagnosis: Diagnosis, note: str) -> None:
    """Let the job run on another GPU, from its own batch size.

    That a model does not fit on a GPU holds for its equals too, unless they are still to be tried.
    """
    left = [one for one in job.choice.places if one.device not in {*job.tries.failed_gpus, job.gpu}]
    card = next((one.card for one in job.choice.places if one.device == job.gpu), "")
    oom = diagnosis.category == "oom_device"
    if oom and card not in {one.card for one in left} and _alone(turn, job, diagnosis.category, worker):
        turn.ask(Learn(job, job.tries, failed=job.batch_size or 0, fitted=0))
    turn.ask(ReportRetry(job, f"{note} ({diagnosis.message.splitlines()[0]})"))
    tries = Tries(
        choice=job.tries.choice,
        retries=job.tries.retries + (not oom),
        failed_gpus=(*job.tries.failed_gpus, job.gpu),
    )
    turn.set_job(job, status="ready", tries=tries)


def _count(turn: Turn, job: Job) -> None:
    """Count the failure of a GPU, and report if it is now set aside."""
    before = turn.failing.get(job.gpu)
    count = before.count + 1 if before else 1
    turn.failing = {**turn.failing, job.gpu: Failing(count, job.moved)}
    if count >= FAILING and job.other_gpu:
        minutes = SET_ASIDE_S / 60
        turn.ask(
            Warn(
                job, f"{job.gpu} is set aside for {minutes:.0f} minutes: {count} stages in a row failed on it"
            )
        )


def set_aside(turn: Turn, gpu: str) -> bool:
    """Whether a GPU gets no jobs now, because one after the other failed on it."""
    failing = turn.failing.get(gpu)
    return failing is not None and failing.count >= FAILING and turn.now < failing.when + SET_ASIDE_S


def _alone(turn: Turn, job: Job, category: str, worker: int) -> bool:
    """Return whether no other worker used the memory that ran out: only then is it evidence of a limit."""
    others = turn.others(worker)
    if category == "oom_device":
        where = accelerator(job.device)
        return not any(other.accelerator == where for other in others)
    return category == "oom_host" and not any(other.job is not None for other in others)
