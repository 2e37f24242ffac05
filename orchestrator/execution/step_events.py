"""Translates the events of workers into events of the run."""

from __future__ import annotations

import time
from typing import Any

from ipc.protocol import Event, Heartbeat, Log, Metric, Progress, Started
from orchestrator.execution.job import Job
from orchestrator.run_state import events, states
from orchestrator.run_state.events import StepEvent
from orchestrator.storage.store import Entry


def of_event(job: Job, event: Event, load_seconds: float) -> StepEvent | None:
    """The event for a worker's event; None for one that observers do not see."""
    match event:
        case Started():
            return _make(job, events.StepRunning, load_seconds=load_seconds)
        case Progress():
            return _make(
                job,
                events.StepProgress,
                phase=event.phase,
                done=event.done,
                total=event.total,
                unit=event.unit,
            )
        case Log():
            return _make(job, events.StepLog, level=event.level, message=event.message)
        case Metric():
            return _make(job, events.StepMetric, name=event.name, value=event.value, unit=event.unit)
        case Heartbeat():
            return _make(job, events.StepMemory, rss=event.rss, peak_rss=event.peak_rss, vram=event.vram)
    return None


def of_start(job: Job) -> StepEvent:
    """A worker was chosen for the job."""
    model = job.choice.model
    return _make(
        job,
        events.StepStarting,
        env=job.backend.env,
        device=job.backend.device,
        gpu=job.gpu,
        runner=job.backend.runner,
        model=model.id if model else "",
        revision=model.revision if model else "",
        compute_type=str(job.params.get("compute_type") or ""),
        threads=job.task.threads,
        reason=job.step.reason,
    )


def of_end(job: Job, entry: Entry, *, cached: bool) -> StepEvent:
    """The job's result is stored."""
    manifest = entry.manifest
    return _make(
        job,
        events.StepDone,
        cached=cached,
        key=entry.key,
        # The plan's reason to run does not apply to a cached result.
        reason="" if cached else job.step.reason,
        env=manifest.env,
        device=manifest.device,
        compute_type=manifest.compute_type,
        method=manifest.method,
        model=manifest.model,
        revision=manifest.revision,
        seconds=manifest.seconds,
        degraded=manifest.degraded,
        facts=manifest.facts,
    )


def of_failure(job: Job, category: str, message: str, hint: str, log: str) -> StepEvent:
    """The job failed for good."""
    error = states.Failure(category=category, message=message, hint=hint, log=log)
    return _make(job, events.StepFailed, error=error)


def of_skip(job: Job, reason: str) -> StepEvent:
    """The job cannot run."""
    return _make(job, events.StepSkipped, reason=reason)


def of_warning(job: Job, message: str) -> StepEvent:
    """A warning about a job that continues."""
    return _make(job, events.StepLog, level="warning", message=message)


def of_retry(job: Job, reason: str) -> StepEvent:
    """The job is tried again."""
    return _make(job, events.StepRetried, reason=reason)


def of_fallback(job: Job, note: str) -> StepEvent:
    """The job continues with less than was chosen."""
    return _make(job, events.StepFellBack, note=note)


def _make(job: Job, kind: type[StepEvent], **facts: Any) -> StepEvent:
    return kind(time=time.time(), film=job.film, step=job.name, **facts)
