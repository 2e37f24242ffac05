"""Whether a device gives what the CPU gives: asked once for a machine, a lock and a model, on real speech.

pyannote on Apple's GPU gave wrong times on some machines and perfect ones on others, without an error anywhere. So before a
backend that is `checked` is used, its stage runs on a reference recording (20 s of two people on a telephone, which
pyannote.audio ships) on the CPU and on the device, from the same inputs, and both results are compared. The run is an
ordinary one: the same plan, processes and store as for a film. A verdict is kept; a check that could not be made (no memory, no
space) holds for this run, and the next one tries again.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ipc.declaration import Backend, Stage
from orchestrator.environments import registry
from orchestrator.models.resolve import Model
from orchestrator.util import memo

if TYPE_CHECKING:
    from orchestrator.planning.choices import Choice
    from orchestrator.planning.plan import Plan
    from orchestrator.run_state.events import FilmState, StepState
    from orchestrator.storage.store import Store

SUBJECT = "agreement"
REFERENCE = "lib/python*/site-packages/pyannote/audio/sample/sample.wav"
CLIP = "0:06-0:26"
"""The part of it in which both speak."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether a device may be used. `said` is for people: how far it is from the CPU, or why it could not be compared."""

    agrees: bool
    said: str


_PASSING = frozenset({"oom_device", "oom_host", "storage", "env", "stalled", "cancelled", "auth"})
"""Failures that say nothing of the device's figures."""
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


def check(
    stage: Stage,
    choice: Choice,
    machine_id: str,
    *,
    make: Callable[[Mapping[str, str]], Plan],
    run: Callable[[Plan], FilmState],
    store: Store,
) -> Verdict:
    """Run `stage` on the reference by `choice` and on the CPU, compare, and keep the verdict.

    `make` plans a run on the reference up to the stage, given devices by stage; `run` runs a plan to its end and returns the
    film's last state. Where a run fails, the verdict is against the device.
    """
    from orchestrator.runs.compare_results import compare

    file = _memo(stage, choice.backend, choice.model, machine_id)
    results: list[dict[str, tuple[str, Path]]] = []
    for devices in ({"": "cpu"}, {"": "cpu", stage.name: choice.backend.device}):
        state = run(_without_ways_out(make(devices)))
        step = state.step(stage.name)
        entry = store.find(step.key) if step.status in {"done", "cached"} else None
        if entry is None:
            where = choice.backend.device if results else "cpu"
            failed = next((other for other in state.steps if other.error is not None), step)
            return _failed(file, failed, where)
        outputs = entry.manifest.outputs.items()
        results.append({name: (record.kind, entry.path(name)) for name, record in outputs})
    found = compare(results[0], results[1])
    verdict = Verdict(agrees=found.agrees, said=found.said)
    memo.keep(file, asdict(verdict))
    return verdict


def refuse(stage: Stage, choice: Choice, machine_id: str, why: str) -> Verdict:
    """A verdict against the device for this run, where it could not be compared; it is not kept."""
    verdict = Verdict(agrees=False, said=why)
    _this_run[_memo(stage, choice.backend, choice.model, machine_id)] = verdict
    return verdict


def _failed(file: Path, step: StepState, device: str) -> Verdict:
    """The verdict where one of the two runs came to no result; it is kept where the device is what failed."""
    why = step.error.message.splitlines()[0] if step.error else "it did not run to its end"
    verdict = Verdict(
        agrees=False, said=f"{step.name} failed on {device} in the comparison with the CPU: {why}"
    )
    _this_run[file] = verdict
    if device != "cpu" and step.error is not None and step.error.category not in _PASSING:
        memo.keep(file, asdict(verdict))
    return verdict


def reference() -> Path | None:
    """The reference recording, or None where the environment that ships it is not there."""
    return next(registry.get("pyannote").venv.glob(REFERENCE), None)


def _without_ways_out(plan: Plan) -> Plan:
    """The plan with nothing to fall back to: a result of the CPU would agree with the CPU's."""
    steps = tuple(dataclasses.replace(step, choices=step.choices[:1]) for step in plan.steps)
    return dataclasses.replace(plan, steps=steps)


def _memo(stage: Stage, backend: Backend, model: Model | None, machine_id: str) -> Path:
    """The file of a verdict: another machine, driver, lock, torch build, stage version or model, another file."""
    locks = [registry.lock_hash(env) for env in (backend.env, stage.backends[-1].env)]
    build = str(registry.state(backend.env).get("torch_backend", ""))
    parts = (machine_id, *locks, build, stage.base, str(stage.version), backend.runner, backend.device)
    parts += (model.revision if model else "",)
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return memo.folder(SUBJECT) / f"{stage.name}-{backend.device}-{digest[:16]}.json"
