"""How a stage is to run here: every usable backend in order, with its model and parameters, and why.

What was asked for comes first; where nothing was, the machine's own devices decide, and for each of them the table of
`orchestrator.recommendations`. The first choice is taken, the others are ways out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator import devices as machine
from orchestrator import models
from orchestrator.declaration import Backend, Stage
from orchestrator.models import Model

AUTO = "auto"
EMBEDDED = {"whisper": "base", "diarization": "embedded", "segmentation": "segmentation-3.0"}
"""The model of a role that is always there."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One way to run a stage: where, with which model and parameters (nothing left to decide), and why."""

    backend: Backend
    model: Model | None
    params: Mapping[str, Any]
    why: str = ""


def choices(
    stage: Stage, asked: Mapping[str, Any], devices: Mapping[str, str], *, offline: bool
) -> tuple[tuple[Choice, ...], tuple[str, ...]]:
    """The ways to run `stage`, best first, and notes for people; `FatalError` where what was asked cannot be had.

    `asked` are the parameters that somebody set; `devices` maps stages, or the empty name for all, to devices.
    """
    values = {**stage.defaults(), **asked}
    model = _model(stage, values, offline=offline)
    if stage.model and model:
        values[stage.model] = model.id
    usable = [
        backend
        for backend in machine.choose(stage, devices)
        if model is None or (model.id not in backend.never and (not backend.only or model.id in backend.only))
    ]
    found = []
    for backend in usable:
        params = dict(values)
        if "compute_type" in params:
            params["compute_type"] = compute_type(str(params["compute_type"]), backend.device)
        found.append(Choice(backend=backend, model=model, params=params))
    return tuple(found), ()


def compute_type(asked: str, device: str) -> str:
    """The compute type that will really run: CTranslate2 is at its best with int8 on a CPU and float16 on CUDA."""
    if asked != "default":
        return asked
    return {"cuda": "float16", "mlx": "float16"}.get(device, "int8")


def _model(stage: Stage, values: Mapping[str, Any], *, offline: bool) -> Model | None:
    if stage.model is None or stage.model_role is None:
        return None
    name = str(values[stage.model])
    if name == AUTO:
        name = EMBEDDED.get(stage.model_role, name)
    return models.resolve(stage.model_role, name, offline=offline)
