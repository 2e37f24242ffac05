"""What a lack of memory taught: how large a batch fits a stage on a device here, and where not even the smallest does.

Kept for a machine, an environment's lock, a stage, a device, a model and a compute type. It is about the memory that was free at
that time, and another program may have held some of it: so every week twice the batch is tried again, and after four weeks
everything is forgotten. A try costs little: the batch is halved again in the same worker. Only what a worker met that had
the accelerator to itself is learnt.
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
    """`failed` is the smallest batch that did not fit and `fitted` the largest that did, each 0 where there was none.

    `failed` is 0 too for a stage without batches; with `fitted` 0, nothing fitted. `when` is seconds since the epoch.
    """

    failed: int
    fitted: int
    when: float


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The largest batch to begin with, 0 where the device is not to be used, and why, for people."""

    batch: int
    why: str


def limit(
    stage: Stage,
    backend: Backend,
    model: Model | None,
    params: Mapping[str, Any],
    machine_id: str,
    *,
    now: float | None = None,
) -> Limit | None:
    """What an earlier run learnt of this stage on this device with this model; None where nothing. A file's reading."""
    now = time.time() if now is None else now
    found = _read(_file(stage, backend, model, params, machine_id))
    if found is None or not 0 <= now - found.when < FORGET_S:
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
    *,
    failed: int,
    fitted: int,
    now: float | None = None,
) -> None:
    """Keep that the batch `failed` did not fit and `fitted` did (0: nothing did)."""
    lesson = Lesson(failed=failed, fitted=fitted, when=time.time() if now is None else now)
    memo.keep(_file(stage, backend, model, params, machine_id), asdict(lesson))


def anything() -> bool:
    """Say whether there is a lesson at all; where there is none, nobody need ask what machine this is."""
    return any(memo.folder(SUBJECT).glob("*.json"))


def forget() -> int:
    """Forget everything that was learnt; returns how many lessons there were."""
    return memo.forget(SUBJECT)


def _read(file: Path) -> Lesson | None:
    try:
        found = memo.read(file)
        return Lesson(failed=int(found["failed"]), fitted=int(found["fitted"]), when=float(found["when"]))
    except (ValueError, KeyError, TypeError):
        return None


def _file(
    stage: Stage, backend: Backend, model: Model | None, params: Mapping[str, Any], machine_id: str
) -> Path:
    """The file of a lesson. Models without a revision are told apart by their id."""
    parts = (
        machine_id, registry.lock_hash(backend.env), stage.base, str(stage.version), backend.runner, backend.device,
        (model.revision or model.id) if model else "", str(params.get("compute_type") or ""),
    )  # fmt: skip
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return memo.folder(SUBJECT) / f"{stage.base}-{backend.device}-{digest[:16]}.json"
