"""Which worker gives way when memory runs short, before the system kills one."""

from __future__ import annotations

from collections.abc import Iterable

from orchestrator.execution.messages import Warn
from orchestrator.execution.situation import Worker
from orchestrator.execution.turn import Turn
from orchestrator.machine.rooms import Room


def relieve(turn: Turn, worker: Worker, own: Room | None, machine: Room | None) -> None:
    """End idle workers where memory is short, or the largest whose batches can be smaller.

    `own` is the room in the worker's address space, `machine` the least room around all of them; None where it is not known.
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
    """Stop the largest worker that can go on in smaller batches; where none can, say once that memory is short."""
    at_work = [(w, turn.jobs[w.job]) for w in workers if w.status == "busy" and w.job is not None]
    able = [(worker, job) for worker, job in at_work if job.can_shrink]
    if able:
        worker, job = max(able, key=lambda one: one[0].rss)
        turn.set_job(job, pressed=f"{job.name} was stopped before memory ran out: {room}")
        turn.stop_worker(worker, at_once=True)
        return
    for _, job in at_work:
        if job.id not in turn.warned:
            turn.warned.add(job.id)
            turn.ask(Warn(job, f"memory is low: {room}; the batch size cannot be reduced"))
