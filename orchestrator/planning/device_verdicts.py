"""Stores whether a device computes what the CPU computes; `orchestrator.runs.device_check` compares them."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ipc.declaration import Backend, Stage
from orchestrator.environments import registry
from orchestrator.models.resolve import Model
from orchestrator.util import memo

SUBJECT = "agreement"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether a device may be used.

    `said` states how far its results are from the CPU's, or why they were not compared.
    """

    agrees: bool
    said: str


_this_run: dict[Path, Verdict] = {}


def known(
    stage: Stage, backend: Backend, model: Model | None, machine_id: str, card: str = ""
) -> Verdict | None:
    """The verdict of an earlier check, or None. Reads one file, in less than a millisecond.

    `card` is the model of the GPU on a machine that has several models, here and below.
    """
    file = _memo(stage, backend, model, machine_id, card)
    if file in _this_run:
        return _this_run[file]
    return memo.read(file, Verdict)


def models(model: Model | None) -> tuple[Model | None, ...]:
    """The models that a device is checked with: all that stand behind a name such as `auto`."""
    behind = {one.revision: one for one in model.by_language.values()} if model else {}
    return tuple(behind.values()) or (model,)


def of_all(
    stage: Stage, backend: Backend, model: Model | None, machine_id: str, card: str = ""
) -> Verdict | None:
    """The verdict on a device for every model that it would run; None if one was not checked yet.

    It is against the device only if every model's is: `fitting` leaves out the others.
    """
    verdicts = [known(stage, backend, one, machine_id, card) for one in models(model)]
    left = [verdict for verdict in verdicts if verdict is None or verdict.agrees]
    return None if None in left else next(iter(left or verdicts))


def fitting(stage: Stage, backend: Backend, model: Model, machine_id: str, card: str = "") -> Model:
    """The model with those of the languages that the device does not run as the CPU does as `unfit`.

    The film's languages are not known yet, and the other ones should not lose the device.
    """
    verdicts = {code: known(stage, backend, one, machine_id, card) for code, one in model.by_language.items()}
    unfit = {code: found.said for code, found in verdicts.items() if found is not None and not found.agrees}
    left = {code: one for code, one in model.by_language.items() if code not in unfit}
    return replace(model, by_language=left, unfit={**model.unfit, **unfit}) if left else model


def forget() -> int:
    """Delete all verdicts; return how many there were."""
    _this_run.clear()
    return memo.forget(SUBJECT)


def keep(
    stage: Stage,
    backend: Backend,
    model: Model | None,
    machine_id: str,
    verdict: Verdict,
    card: str = "",
    *,
    this_run_only: bool = False,
) -> Verdict:
    """Store a verdict for later runs, or for this run alone if the check could not be made; return it."""
    file = _memo(stage, backend, model, machine_id, card)
    if this_run_only:
        _this_run[file] = verdict
    else:
        memo.keep(file, asdict(verdict))
    return verdict


def _memo(stage: Stage, backend: Backend, model: Model | None, machine_id: str, card: str) -> Path:
    """The file of a verdict.

    Its name covers machine, driver, lock, build of torch, stage version and model, so that a change of any
    needs a new check.
    """
    locks = [registry.lock_hash(env) for env in (backend.env, stage.on_cpu(backend).env)]
    build = str(registry.state(backend.env).get("torch_backend", ""))
    parts = (machine_id, *locks, build, stage.base, str(stage.version), backend.runner, backend.device)
    parts += (model.revision if model else "", *filter(None, (card,)))
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return memo.folder(SUBJECT) / f"{stage.name}-{backend.device}-{digest[:16]}.json"
