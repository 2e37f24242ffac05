"""How much memory a stage takes with its model, so that the scheduler holds back what does not fit beside it.

A stage declares its peak with the model that is embedded. Other models are a hundred times as large: their
files tell how much, by the number format. The figures are estimates, of which the weights are the sure part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ipc.declaration import Backend, Stage
from orchestrator.machine.limits import accelerator
from orchestrator.models import families
from orchestrator.models.footprint import Weights, factor

if TYPE_CHECKING:
    from orchestrator.models.family import ModelFamily
    from orchestrator.models.resolve import Model

_PROCESS_MB = 1000
"""A process with torch or CTranslate2, and the sound that it reads. Measured: 0.3 to 0.9 GB."""


@dataclass(frozen=True, kw_only=True)
class Need:
    """The peaks in MB of the machine's memory and of the accelerator's; `weights_mb` are in the former.

    `weights_mb` is 0 if it is not sure which model is loaded: nothing is refused for an estimate.
    """

    memory_mb: int
    vram_mb: int = 0
    weights_mb: int = 0


AS_DECLARED = Need(memory_mb=0)


def need(stage: Stage, backend: Backend, model: Model | None, params: Mapping[str, Any]) -> Need:
    """The memory that `stage` takes by a backend with a model; at least what the stage declares.

    Of the models that stand behind a name such as `auto`, one is loaded at a time: the largest counts, but
    not for sure, because the film may not have its language. Reads the heads of files, and no weights.
    """
    declared = Need(memory_mb=stage.resources.memory_mb, vram_mb=stage.resources.vram_mb)
    if model is None or not model.by_language:
        return _with(declared, backend, model, params) if model else declared
    needs = [_with(declared, backend, one, params) for one in model.by_language.values()]
    return replace(max(needs, key=lambda one: (one.memory_mb, one.vram_mb)), weights_mb=0)


def _with(declared: Need, backend: Backend, model: Model, params: Mapping[str, Any]) -> Need:
    family = families.family(model.role, model.family) if model.family else None
    if family is None or family.footprint is None:
        return declared
    footprint, device = family.footprint, backend.device
    default = next(iter(family.formats(model.path, device)), "")
    kind = str(params.get("compute_type") or default)
    files, stored = _files(family, model, kind)
    if not files:
        files, stored = family.size_mb(model.id, device), footprint.stored
    if not files:
        return declared
    weights = files * factor(stored, kind)
    whole = _PROCESS_MB + files * footprint.windows(int(params.get("batch_size") or 1), device)
    vram = max(declared.vram_mb, round(whole + weights))
    if accelerator(device) not in {"", "metal"}:
        return Need(memory_mb=declared.memory_mb, vram_mb=vram)
    # A file is read as it is and then changed into the format, so both count as far as one is larger.
    held = round(max(weights, files)) if device == "cpu" else round(weights)
    return Need(
        memory_mb=max(declared.memory_mb, round(whole) + held), vram_mb=vram, weights_mb=round(weights)
    )


def _files(family: ModelFamily, model: Model, kind: str) -> Weights:
    """The weights that are read: those of the kept conversion, as soon as there is one."""
    converted = family.loaded(model.converted, kind) if model.converted else Weights()
    return converted if converted.mb else family.loaded(model.path, kind)
