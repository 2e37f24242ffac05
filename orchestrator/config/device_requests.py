"""Devices as users request them, by stage, in every place; and what is left of a request on a machine."""

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
    """What `cuda` or `asr=cuda,diarization=cpu` requests: by stage, and under the empty name for all others."""
    requests: dict[str, DeviceRequest] = {}
    for word in text.split(","):
        stage, equals, device = (part.strip() for part in word.rpartition("="))
        if equals or device:
            requests[_stage(stage, words) if equals else ""] = request_for(device, source, words)
    return requests


def from_table(table: Mapping[str, Any], source: str, words: str) -> dict[str, DeviceRequest]:
    """What a table with one device per stage requests; `all` stands for all stages."""
    requests = {}
    for key, device in table.items():
        name = key.replace("-", "_")
        line = f"{words}.{key} = {device!r}"
        requests["" if name == ALL else _stage(name, line)] = request_for(device, source, line)
    return requests


def request_for(device: Any, source: str, words: str) -> DeviceRequest:
    """The request for one device by its name; `auto` leaves the choice to the machine."""
    if device == AUTO:
        return DeviceRequest(devices=(), source=source, words=words)
    if device not in NAMES:
        near = difflib.get_close_matches(str(device), [*NAMES, AUTO], 1)
        raise wrong(
            words,
            f"there is no device {device!r}",
            f"devices: {', '.join((*NAMES, AUTO))}{_suggestion(near)}",
        )
    return DeviceRequest(devices=(device,), source=source, words=words)


def _stage(name: str, words: str) -> str:
    if name not in STAGES:
        near = difflib.get_close_matches(name, STAGES, 1)
        raise wrong(words, f"there is no stage {name!r}", f"stages: {', '.join(STAGES)}{_suggestion(near)}")
    return name


def _suggestion(near: Iterable[str]) -> str:
    return "".join(f"; did you mean {name}?" for name in near)


def merged(layers: Iterable[Layer]) -> dict[str, DeviceRequest]:
    """What counts of all requests, from layers in order of rank, the highest first.

    Within a layer a request for one stage counts more than one for all stages; a higher layer's request for all stages counts
    more than a lower layer's for one.
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
    """The device requested for each stage, on this machine; `FatalError` where a GPU is wanted and none can be used."""
    active = {stage.base: stage for stage in stages.values() if not stage.off}
    found: dict[str, str] = {}
    for name, asked in requests.items():
        if not asked.devices:
            continue
        if name == "" or (asked.firm and not asked.gpu and len(asked.devices) == 1):
            found[name] = asked.devices[0]
        elif name in active and (device := _first(active[name], asked, params.get(name, {}), machine)):
            found[name] = device
    if "" in found and any(not asked.devices for asked in requests.values()):
        # Stages whose device was left to the machine by name are not among "all".
        device = found.pop("")
        free = (stage for name, stage in active.items() if name not in requests)
        found |= {stage.base: device for stage in free if any(b.device == device for b in stage.backends)}
    return found


def _first(stage: Stage, asked: DeviceRequest, params: Mapping[str, Any], machine: Machine) -> str:
    fitting = [b for b in stage.backends if b.device in asked.devices and _runs(b, stage, params)]
    if not fitting and not asked.firm:
        return ""
    fitting.sort(key=lambda backend: asked.devices.index(backend.device))
    why = {}
    for backend in fitting:
        answer = machine.of(backend)
        if backend.device == "cpu" or (not answer.why_not and (answer.accelerator or not asked.gpu)):
            return backend.device
        why[backend.device] = answer.why_not or "here it would compute on the CPU"
    told = "; ".join(f"{device}: {reason}" for device, reason in why.items())
    there = [
        b.device
        for b in stage.backends
        if b.device == "cpu"
        or ((a := machine.of(b)).accelerator and not a.why_not and _runs(b, stage, params))
    ]
    raise FatalError(
        f"{asked.words}: {stage.name} cannot use {_listed(asked.devices)} here"
        + (f" ({told})" if told else ""),
        f"it can use: {', '.join(there)}",
        ENVIRONMENT,
    )


def _listed(devices: tuple[str, ...]) -> str:
    return " or ".join(devices) if len(devices) < 3 else "an accelerator"


def _runs(backend: Backend, stage: Stage, params: Mapping[str, Any]) -> bool:
    """Say whether the backend can run the model that is asked for; of one still to be chosen, that is not asked."""
    if stage.model is None or stage.model_role is None:
        return True
    from orchestrator.models import resolve as models

    name = str(params.get(stage.model) or stage.defaults()[stage.model])
    model = models.id_of(stage.model_role, name)
    undecided = stage.name == "diarization" and name == AUTO
    return model not in backend.never and (undecided or not backend.only or model in backend.only)
