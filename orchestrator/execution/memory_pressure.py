"""Frees memory when it runs low, before the kernel kills a process."""

from __future__ import annotations

from collections.abc import Iterable

from orchestrator.execution.messages import Warn
from orchestrator.execution.situation import Worker
from orchestrator.execution.turn import Turn
from orchestrator.machine.rooms import Room


def relieve(turn: Turn, worker: Worker, own: Room | None, machine: Room | None) -> None:
    """If memory is low, end idle workers, or else the largest worker whose batch size can be reduced.

    `own` is the room in the worker's address space, `machine` the smallest room that all workers share; None
    if unknown.
    """
    if own is not None and own.tight:
        _shrink(turn, [worker], own)
    if machine is None or not machine.tight or any(w.status == "stopping" for w in turn.workers.values()):
        return
    idle = [other for other in turn.workers.values() if other.job is None]
    for other in idle:
        turn.dismiss(other)
    if not idle:
        _shrink(turn, list(turn.workers.values()), machine)


def _shrink(turn: Turn, workers: Iterable[Worker], room: Room) -> None:
    """Stop the largest worker whose batch size can be reduced; if there is none, warn once."""
    at_work = [(w, turn.jobs[w.job]) for w in workers if w.status == "busy" and w.job is not None]
    able = [(worker, job) for worker, job in at_work if job.can_shrink]
    if able:
        worker, job = max(able, key=lambda one: one[0].rss)
        turn.set_job(job, pressed=f"{job.name} was stopped before memory ran out: {room}")
        turn.stop_worker(worker, at_once=True)
        return
    for _, job in at_work:
        if job.id not in turn.warned:
            turn.warned |= {job.id}
            turn.ask(Warn(job, f"memory is low: {room}; the batch size cannot be reduced"))
