"""Decides the number format of a model: the one that is computed in, for it is part of the store's key."""

from __future__ import annotations

from ipc.declaration import Backend, Stage
from orchestrator.errors import USAGE, FatalError
from orchestrator.machine.profile import Machine
from orchestrator.models import families
from orchestrator.models.resolve import Model
from orchestrator.planning.recommendations import Recommendation, format_of

DEFAULT = "default"


def decided(
    stage: Stage,
    backend: Backend,
    model: Model | None,
    wanted: str,
    advice: Recommendation,
    machine: Machine,
    *,
    first: bool,
) -> str:
    """The format for `wanted`, a name of CTranslate2 or `default`; `FatalError` if the device has none such.

    A request holds for the `first` choice; a fallback takes its default where it cannot meet it.
    """
    own = _of_family(stage, backend, model)
    can = possible(stage, backend, model, machine)
    if wanted != DEFAULT and can and wanted not in can:
        if first:
            what = f"{backend.device} on this machine"
            if model and own and wanted not in own:
                what = f"{model.family} on {backend.device}"
            raise FatalError(
                f"{stage.name}: {what} cannot compute in {wanted}",
                f"use one of {', '.join(sorted(can))}",
                USAGE,
            )
        wanted = DEFAULT  # the request was for the first device, not for this fallback
    if wanted != DEFAULT:
        return wanted
    if own:
        return format_of(own, machine.answer(backend.env, backend.device).compute_types)
    return advice.compute_type or "int8"


def possible(stage: Stage, backend: Backend, model: Model | None, machine: Machine) -> tuple[str, ...]:
    """The formats in which the model computes on this device of the machine; empty if that is not known."""
    answered = machine.answer(backend.env, backend.device).compute_types
    own = _of_family(stage, backend, model)
    return tuple(one for one in own if one in answered) if own and answered else own or answered


def _of_family(stage: Stage, backend: Backend, model: Model | None) -> tuple[str, ...]:
    if model is None or not model.family:
        return ()
    return families.family(stage.model_role or "", model.family).formats(model.path, backend.device)
