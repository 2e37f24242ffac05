"""The device that a request selects on a machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ipc.declaration import Backend, Stage
from orchestrator.config.device_requests import AUTO
from orchestrator.config.values import DeviceRequest
from orchestrator.errors import ENVIRONMENT, FatalError
from orchestrator.machine.gpus import kind, listed
from orchestrator.machine.profile import Machine
from orchestrator.models import families
from orchestrator.models import resolve as models
from orchestrator.stages.catalog import STAGES


def resolve(
    requests: Mapping[str, DeviceRequest],
    params: Mapping[str, Mapping[str, Any]],
    machine: Machine,
    stages: Mapping[str, Stage] = STAGES,
) -> dict[str, str]:
    """The device requested for each stage on `machine`; `FatalError` if a requested GPU cannot be used.

    GPUs that were requested by number are listed: `cuda:0,cuda:1`.
    """
    active = {stage.base: stage for stage in stages.values() if not stage.off}
    resolved: dict[str, str] = {}
    for name, request in requests.items():
        if not request.devices:
            continue
        if name == "" or (request.firm and not request.gpu and len(request.devices) == 1):
            resolved[name] = listed(request.gpus) or request.devices[0]
        elif name in active and (device := _first(active[name], request, params.get(name, {}), machine)):
            resolved[name] = device
    if "" in resolved and any(not request.devices for request in requests.values()):
        # "All stages" does not include those that were set to `auto` by name.
        device = resolved.pop("")
        free = (stage for name, stage in active.items() if name not in requests)
        can = (stage for stage in free if any(b.device == kind(device) for b in stage.backends))
        resolved |= {stage.base: device for stage in can}
    return resolved


def _first(stage: Stage, request: DeviceRequest, params: Mapping[str, Any], machine: Machine) -> str:
    fitting = [b for b in stage.backends if b.device in request.devices and _runs(b, stage, params)]
    if not fitting and not request.firm:
        return ""
    fitting.sort(key=lambda backend: request.devices.index(backend.device))
    why = {}
    for backend in fitting:
        answer = machine.of(backend)
        if backend.device == "cpu" or (not answer.why_not and (answer.accelerator or not request.gpu)):
            return backend.device
        why[backend.device] = answer.why_not or "it would compute on the CPU here"
    reasons = "; ".join(f"{device}: {reason}" for device, reason in why.items())
    usable = [
        b.device
        for b in stage.backends
        if b.device == "cpu"
        or ((a := machine.of(b)).accelerator and not a.why_not and _runs(b, stage, params))
    ]
    raise FatalError(
        f"{request.words}: {stage.name} cannot use {_listed(request.devices)} here"
        + (f" ({reasons})" if reasons else ""),
        f"choose from: {', '.join(usable)}",
        ENVIRONMENT,
    )


def _listed(devices: tuple[str, ...]) -> str:
    return " or ".join(devices) if len(devices) < 3 else "an accelerator"


def _runs(backend: Backend, stage: Stage, params: Mapping[str, Any]) -> bool:
    """Whether the backend can run the requested model, or the stage's own if it is not chosen yet."""
    if stage.model is None or stage.model_role is None:
        return True
    name = str(params.get(stage.model) or stage.defaults()[stage.model])
    model = models.id_of(stage.model_role, name)
    if name == AUTO and not families.is_packaged(stage.model_role, name):
        return backend in stage.fitting()
    return backend in stage.fitting(model, models.family_of(stage.model_role, name))
