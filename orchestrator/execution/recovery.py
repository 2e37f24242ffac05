"""What follows when a job's work went wrong, and what is learnt from it: `orchestrator.execution.failure_policy`, applied."""

from __future__ import annotations

from collections.abc import Callable

from orchestrator.execution import failure_policy, step_events
from orchestrator.execution import worker as workers
from orchestrator.execution.job import Job
from orchestrator.execution.outcomes import Outcomes
from orchestrator.execution.pool import Hand, Pool
from orchestrator.machine import limits
from orchestrator.planning import memory_limits

_TAIL = 200
"""Lines: Python's stacks of all threads come after what a framework said when it ended the process."""


class Recovery:
    """Tries jobs again with less, elsewhere, or not at all. `stopping` ends all second tries; `machine_id` says where we are."""

    def __init__(self, pool: Pool, outcomes: Outcomes, machine_id: Callable[[], str]) -> None:
        self.stopping = False
        self._pool = pool
        self._outcomes = outcomes
        self._machine_id = machine_id
        self._oom_kills = workers.oom_kills()

    def after_death(self, job: Job, hand: Hand, status: int) -> None:
        """The process ended before the job's work was done."""
        found = self._diagnosis(job, hand, status)
        loading = hand.status == "starting"
        self._recover(job, found.category, found.message, "", hand=hand, died=found.how, loading=loading)

    def after_error(
        self, job: Job, hand: Hand, category: str, message: str, hint: str, *, loading: bool = False
    ) -> None:
        """The stage said that it cannot go on; whatever it said, if it was being stopped it said so for that."""
        if job.stalled or job.pressed:
            self.after_death(job, hand, 0)
        else:
            self._recover(job, category, message, hint, hand=hand, loading=loading)

    def after_success(self, job: Job) -> None:
        """The job ended well: where that took a smaller batch, the next run begins with it."""
        if job.failed_batches and job.batch is not None:
            self._learn(job, failed=min(job.failed_batches), fitted=job.batch)

    def _diagnosis(self, job: Job, hand: Hand, status: int) -> failure_policy.Diagnosis:
        kills, before = workers.oom_kills(), self._oom_kills
        self._oom_kills = kills
        if job.pressed:
            return failure_policy.Diagnosis("oom_host", job.pressed, "was stopped")
        return failure_policy.diagnosis(
            job.name,
            status,
            stall_s=job.step.stage.stall_s if job.stalled else None,
            for_memory=kills > before,
            tail=hand.process.tail(_TAIL),
        )

    def _recover(
        self, job: Job, category: str, message: str, hint: str, *, hand: Hand, died: str = "", loading: bool
    ) -> None:
        self._outcomes.drop_attempt(job)
        job.stalled, job.pressed = False, ""
        if self.stopping:
            job.status = "ended"
            return
        found = failure_policy.remedy(
            category,
            died=died,
            retries=job.retries,
            batch=None
            if loading
            else job.batch_size,  # a model that does not fit, fits no better with smaller batches
            floor=job.step.stage.batch_floor,
            device=job.backend.device,
            next_choice=job.next_choice,
        )
        alone = self._alone(job, category, hand)
        job.hand = None
        if found.action in {"fail", "stop"}:
            if found.note:
                message = f"{message}\n{found.note}"
            self._outcomes.fail(job, category, message, hint, log=str(hand.process.log))
            return
        if found.action == "retry":
            job.retries += 1
            self._outcomes.emit(step_events.of_retry(job, f"{found.note} ({message.splitlines()[0]})"))
        else:
            self._outcomes.emit(step_events.of_fallback(job, found.note))
        if found.action == "next_choice":
            if alone and category == "oom_device":
                self._learn(job, failed=job.batch_size or 0, fitted=0)
            self._leave(job)
            return
        if found.batch is not None:
            if alone and job.batch_size is not None:
                job.failed_batches.append(job.batch_size)
            job.batch = found.batch
        job.status = "ready"

    def _leave(self, job: Job) -> None:
        """Go on with the next choice."""
        job.choice_index += 1
        job.batch, job.retries, job.failed_batches = None, 0, []
        self._outcomes.look_up(job)

    def _alone(self, job: Job, category: str, hand: Hand) -> bool:
        """Whether the memory that did not suffice was this worker's alone, as far as we know: only that can be learnt from."""
        others = [other for other in self._pool.hands if other is not hand]
        if category == "oom_device":
            where = limits.accelerator(job.backend.device)
            return not any(limits.accelerator(other.recipe.backend.device) == where for other in others)
        return category == "oom_host" and not any(other.job is not None for other in others)

    def _learn(self, job: Job, *, failed: int, fitted: int) -> None:
        choice = job.choice
        memory_limits.learn(
            job.step.stage,
            choice.backend,
            choice.model,
            choice.params,
            self._machine_id(),
            failed=failed,
            fitted=fitted,
        )
