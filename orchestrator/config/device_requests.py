"""Devices as they are asked for, by stage, in every place; and what is left of that on a machine."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ipc.declaration import Backend, Stage
from orchestrator.config.values import Ask, Layer, wrong
from orchestrator.errors import ENVIRONMENT, FatalError
from orchestrator.stages.catalog import STAGES

if TYPE_CHECKING:
    from orchestrator.machine.profile import Machine

NAMES = ("cuda", "mps", "mlx", "cpu")
AUTO = "auto"
ACCELERATORS = ("cuda", "mps", "mlx")
ALL = "all"


def from_words(text: str, source: str, said: str) -> dict[str, Ask]:
    """What `cuda` or `asr=cuda,diarization=cpu` asks for: by stage, and under the empty name for all others."""
    asks: dict[str, Ask] = {}
    for word in text.split(","):
        stage, equals, device = (part.strip() for part in word.rpartition("="))
        if equals or device:
            asks[_stage(stage, said) if equals else ""] = ask(device, source, said)
    return asks


def from_table(table: Mapping[str, Any], source: str, said: str) -> dict[str, Ask]:
    """What a table with a device a stage asks for; `all` stands for all stages."""
    asks = {}
    for key, device in table.items():
        name = key.replace("-", "_")
        words = f"{said}.{key} = {device!r}"
        asks["" if name == ALL else _stage(name, words)] = ask(device, source, words)
    return asks


def ask(device: Any, source: str, said: str) -> Ask:
    """The ask for one device by its name; `auto` leaves the choice to the machine."""
    if device == AUTO:
        return Ask(devices=(), source=source, said=said)
    if device not in NAMES:
        near = difflib.get_close_matches(str(device), [*NAMES, AUTO], 1)
        raise wrong(
            said, f"there is no device {device!r}", f"devices are: {', '.join((*NAMES, AUTO))}{_meant(near)}"
        )
    return Ask(devices=(device,), source=source, said=said)


def _stage(name: str, said: str) -> str:
    if name not in STAGES:
        near = difflib.get_close_matches(name, STAGES, 1)
        raise wrong(said, f"there is no stage {name!r}", f"stages: {', '.join(STAGES)}{_meant(near)}")
    return name


def _meant(near: Iterable[str]) -> str:
    return "".join(f"; did you mean {name}?" for name in near)


def merged(layers: Iterable[Layer]) -> dict[str, Ask]:
    """What counts of all that was asked, from layers in order of rank, the highest first.

    Within a layer a stage's own name counts more than what is said of all; a higher layer that says something of all stages
    counts more than a lower one that names a stage.
    """
    result: dict[str, Ask] = {}
    for layer in reversed(list(layers)):
        if "" in layer.devices:
            result = {}
        result |= layer.devices
    return result


def resolve(
    asks: Mapping[str, Ask],
    params: Mapping[str, Mapping[str, Any]],
    machine: Machine,
    stages: Mapping[str, Stage] = STAGES,
) -> dict[str, str]:
    """The device that is asked for by stage, on this machine; `FatalError` where a GPU is wanted and none can be used."""
    active = {stage.base: stage for stage in stages.values() if not stage.off}
    found: dict[str, str] = {}
    for name, asked in asks.items():
        if not asked.devices:
            continue
        if name == "" or (asked.firm and not asked.gpu and len(asked.devices) == 1):
            found[name] = asked.devices[0]
        elif name in active and (device := _first(active[name], asked, params.get(name, {}), machine)):
            found[name] = device
    if "" in found and any(not asked.devices for asked in asks.values()):
        # Stages that were left their own order by name are not among "all".
        device = found.pop("")
        free = (stage for name, stage in active.items() if name not in asks)
        found |= {stage.base: device for stage in free if any(b.device == device for b in stage.backends)}
    return found


def _first(stage: Stage, asked: Ask, params: Mapping[str, Any], machine: Machine) -> str:
    fitting = [b for b in stage.backends if b.device in asked.devices and _runs(b, stage, params)]
    if not fitting and not asked.firm:
        return ""
    fitting.sort(key=lambda backend: asked.devices.index(backend.device))
    why = {}
    for backend in fitting:
        answer = machine.of(backend)
        if backend.device == "cpu" or (not answer.why_not and (answer.accelerator or not asked.gpu)):
            return backend.device
        why[backend.device] = answer.why_not or "there it computes on the CPU"
    told = "; ".join(f"{device}: {reason}" for device, reason in why.items())
    there = [
        b.device
        for b in stage.backends
        if b.device == "cpu"
        or ((a := machine.of(b)).accelerator and not a.why_not and _runs(b, stage, params))
    ]
    raise FatalError(
        f"{asked.said}: {stage.name} cannot use {_listed(asked.devices)} here"
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
