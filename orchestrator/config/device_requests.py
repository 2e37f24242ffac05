"""Requests for devices, by stage, as users write them; and the device that a request selects on a machine."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ipc.declaration import Backend, Stage
from orchestrator.config.values import DeviceRequest, Layer, wrong
from orchestrator.errors import ENVIRONMENT, FatalError
from orchestrator.stages.catalog import STAGES

if TYPE_CHECKING:
    from orchestrator.machine.profile import Machine

NAMES = ("cuda", "mps", "mlx", "cpu")
AUTO = "auto"
ACCELERATORS = ("cuda", "mps", "mlx")
ALL = "all"


def from_text(text: str, source: str, words: str) -> dict[str, DeviceRequest]:
    """The requests in `cuda` or `asr=cuda,diarization=cpu`, by stage; the empty name: all other stages."""
    requests: dict[str, DeviceRequest] = {}
    for word in text.split(","):
        stage, equals, device = (part.strip() for part in word.rpartition("="))
        if equals or device:
            requests[_stage(stage, words) if equals else ""] = request_for(device, source, words)
    return requests


def from_table(table: Mapping[str, Any], source: str, words: str) -> dict[str, DeviceRequest]:
    """The requests in a table with one device per stage; `all` stands for all stages."""
    requests = {}
    for key, device in table.items():
        name = key.replace("-", "_")
        line = f"{words}.{key} = {device!r}"
        requests["" if name == ALL else _stage(name, line)] = request_for(device, source, line)
    return requests


def request_for(device: Any, source: str, words: str) -> DeviceRequest:
    """The request for the device of this name; with `auto` the machine decides."""
    if device == AUTO:
        return DeviceRequest(devices=(), source=source, words=words)
    if device not in NAMES:
        near = difflib.get_close_matches(str(device), [*NAMES, AUTO], 1)
        raise wrong(
            words,
            f"there is no device {device!r}",
            f"choose from: {', '.join((*NAMES, AUTO))}{_suggestion(near)}",
        )
    return DeviceRequest(devices=(device,), source=source, words=words)


def _stage(name: str, words: str) -> str:
    if name not in STAGES:
        near = difflib.get_close_matches(name, STAGES, 1)
        hint = f"choose from: {', '.join(STAGES)}{_suggestion(near)}"
        raise wrong(words, f"there is no stage {name!r}", hint)
    return name


def _suggestion(near: Iterable[str]) -> str:
    return "".join(f"; did you mean {name}?" for name in near)


def merged(layers: Iterable[Layer]) -> dict[str, DeviceRequest]:
    """The requests that count, by stage, from layers in order of rank, the highest first.

    Within a layer a request for one stage overrides one for all stages. A request for all stages overrides
    every request of a lower layer.
    """
    result: dict[str, DeviceRequest] = {}
    for layer in reversed(list(layers)):
        if "" in layer.devices:
            result = {}
        result |= layer.devices
    return result


def resolve(
    requests: Mapping[str, DeviceRequest],
    params: Mapping[str, Mapping[str, Any]],
    machine: Machine,
    stages: Mapping[str, Stage] = STAGES,
) -> dict[str, str]:
    """The device requested for each stage on `machine`; `FatalError` if a requested GPU cannot be used."""
    active = {stage.base: stage for stage in stages.values() if not stage.off}
    resolved: dict[str, str] = {}
    for name, request in requests.items():
        if not request.devices:
            continue
        if name == "" or (request.firm and not request.gpu and len(request.devices) == 1):
            resolved[name] = request.devices[0]
        elif name in active and (device := _first(active[name], request, params.get(name, {}), machine)):
            resolved[name] = device
    if "" in resolved and any(not request.devices for request in requests.values()):
        # "All stages" does not include those that were set to `auto` by name.
        device = resolved.pop("")
        free = (stage for name, stage in active.items() if name not in requests)
        resolved |= {stage.base: device for stage in free if any(b.device == device for b in stage.backends)}
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
    """Whether the backend can run the requested model; true for diarization if it is not chosen yet."""
    if stage.model is None or stage.model_role is None:
        return True
    from orchestrator.models import resolve as models

    name = str(params.get(stage.model) or stage.defaults()[stage.model])
    model = models.id_of(stage.model_role, name)
    undecided = stage.name == "diarization" and name == AUTO
    return backend.takes("" if undecided else model)
