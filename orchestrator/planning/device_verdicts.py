"""What earlier checks found of a device: whether it gives what the CPU gives. `orchestrator.runs.device_check` makes them."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path

from ipc.declaration import Backend, Stage
from orchestrator.environments import registry
from orchestrator.models.resolve import Model
from orchestrator.util import memo

SUBJECT = "agreement"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether a device may be used. `said` is for people: how far it is from the CPU, or why it could not be compared."""

    agrees: bool
    said: str


_this_run: dict[Path, Verdict] = {}


def known(stage: Stage, backend: Backend, model: Model | None, machine_id: str) -> Verdict | None:
    """The verdict that an earlier check gave; None where there was none. A file's reading: under a millisecond."""
    file = _memo(stage, backend, model, machine_id)
    if file in _this_run:
        return _this_run[file]
    try:
        found = memo.read(file)
        return Verdict(agrees=bool(found["agrees"]), said=str(found["said"]))
    except (KeyError, TypeError):
        return None


def forget() -> int:
    """Forget every verdict; returns how many there were."""
    _this_run.clear()
    return memo.forget(SUBJECT)


def keep(
    stage: Stage,
    backend: Backend,
    model: Model | None,
    machine_id: str,
    verdict: Verdict,
    *,
    this_run_only: bool = False,
) -> Verdict:
    """Keep a verdict for later runs; or for this run alone, where a comparison could not be made; returns it."""
    file = _memo(stage, backend, model, machine_id)
    if this_run_only:
        _this_run[file] = verdict
    else:
        memo.keep(file, asdict(verdict))
    return verdict


def _memo(stage: Stage, backend: Backend, model: Model | None, machine_id: str) -> Path:
    """The file of a verdict: another machine, driver, lock, torch build, stage version or model, another file."""
    locks = [registry.lock_hash(env) for env in (backend.env, stage.backends[-1].env)]
    build = str(registry.state(backend.env).get("torch_backend", ""))
    parts = (machine_id, *locks, build, stage.base, str(stage.version), backend.runner, backend.device)
    parts += (model.revision if model else "",)
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return memo.folder(SUBJECT) / f"{stage.name}-{backend.device}-{digest[:16]}.json"
