"""Remembers which batch sizes fit in memory, by stage, device and model, and which devices are too small.

A limit holds for a machine, an environment's lock, a stage, a device, a model and a compute type. It depends
on the memory that was free then, which another program may have used: so twice the batch size is tried again
each week, and limits are forgotten after four weeks. A try is cheap, because the same worker halves the batch
size again. Only a worker that had the accelerator to itself sets a limit.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.declaration import Backend, Stage
from orchestrator.environments import registry
from orchestrator.util import memo

if TYPE_CHECKING:
    from orchestrator.models.resolve import Model

SUBJECT = "memory"
WEEK_S = 7 * 24 * 3600.0
FORGET_S = 4 * WEEK_S


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """`failed` is the smallest batch size that did not fit, `fitted` the largest that did, each 0 for none.

    `failed` is 0 too for a stage without batches; if `fitted` is 0, nothing fitted. `when` is seconds since
    the epoch.
    """

    failed: int
    fitted: int
    when: float


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The batch size to start with (0: do not use the device), and the reason for the user."""

    batch: int
    why: str


def limit(
    stage: Stage,
    backend: Backend,
    model: Model | None,
    params: Mapping[str, Any],
    machine_id: str,
    card: str = "",
    *,
    now: float | None = None,
) -> Limit | None:
    """The limit that an earlier run recorded for this stage, device and model; None if there is none.

    `card` is the model of the GPU on a machine that has several models.
    """
    now = time.time() if now is None else now
    found = memo.read(_file(stage, backend, model, params, machine_id, card), Lesson)
    if found is None or min(found.failed, found.fitted) < 0 or not 0 <= now - found.when < FORGET_S:
        return None
    weeks = int((now - found.when) // WEEK_S)
    day = time.strftime("%Y-%m-%d", time.localtime(found.when))
    what = model.id if model else stage.base
    if found.fitted == 0:
        why = f"{what} did not fit in the memory of {backend.device} on {day}"
        return None if weeks else Limit(batch=0, why=why)
    batch = found.fitted << weeks
    if batch >= found.failed:
        return None
    return Limit(
        batch=batch, why=f"batch size {batch}, because {what} ran out of memory with {found.failed} on {day}"
    )


def learn(
    stage: Stage,
    backend: Backend,
    model: Model | None,
    params: Mapping[str, Any],
    machine_id: str,
    card: str = "",
    *,
    failed: int,
    fitted: int,
    now: float | None = None,
) -> None:
    """Record that batch size `failed` did not fit and `fitted` did (0: none did)."""
    lesson = Lesson(failed=failed, fitted=fitted, when=time.time() if now is None else now)
    memo.keep(_file(stage, backend, model, params, machine_id, card), asdict(lesson))


def anything() -> bool:
    """Return whether any limit is recorded; if not, the machine need not be identified."""
    return any(memo.folder(SUBJECT).glob("*.json"))


def forget() -> int:
    """Delete all limits; return how many there were."""
    return memo.forget(SUBJECT)


def _file(
    stage: Stage,
    backend: Backend,
    model: Model | None,
    params: Mapping[str, Any],
    machine_id: str,
    card: str,
) -> Path:
    """The file of a limit. Models without a revision are distinguished by their id."""
    parts = (
        machine_id, registry.lock_hash(backend.env), stage.base, str(stage.version), backend.runner,
        backend.device, (model.revision or model.id) if model else "", str(params.get("compute_type") or ""),
        *filter(None, (card,)),
    )  # fmt: skip
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return memo.folder(SUBJECT) / f"{stage.base}-{backend.device}-{digest[:16]}.json"
