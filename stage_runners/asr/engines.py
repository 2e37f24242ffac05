"""The registry of speech recognition engines.

A new engine is a module as `stage_runners.recognition.engine` describes it, and its name in `_MODULES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ipc.declaration import Backend
from ipc.errors import ContractError
from stage_runners.parakeet import engine as parakeet
from stage_runners.qwen import engine as qwen
from stage_runners.recognition.engine import Engine, EngineModule
from stage_runners.recognition.recognizer import Recognizer
from stage_runners.whisper import engine as whisper

_MODULES: tuple[EngineModule, ...] = (whisper, parakeet, qwen)
ENGINES: dict[str, EngineModule] = {module.ENGINE.name: module for module in _MODULES}
"""The engines by name; the first one takes models that name no family."""


def declared() -> tuple[Engine, ...]:
    """The declarations of all engines, in the order of the registry."""
    return tuple(module.ENGINE for module in ENGINES.values())


def backends() -> tuple[Backend, ...]:
    """The backends of all engines, each with the families and thresholds of its engine."""
    return tuple(
        replace(backend, families=engine.families, thresholds=engine.thresholds)
        for engine in declared()
        for backend in engine.backends
    )


def name_for(model: Mapping[str, Any]) -> str:
    """The name of the engine for a model, by its `family`; `ContractError` if no engine loads that family."""
    family = model.get("family")
    if not family:
        return next(iter(ENGINES))
    for engine in declared():
        if family in engine.families:
            return engine.name
    raise ContractError(f"no speech recognition engine loads models of the family {family!r}")


def load(params: Mapping[str, Any], device: str) -> Recognizer:
    """Load the model of `params["_model"]` on `device` with its engine."""
    own = ENGINES[name_for(params["_model"])]
    recognizer = own.load(params, device)
    _check(own.ENGINE, recognizer)
    return recognizer


def _check(engine: Engine, recognizer: Recognizer) -> None:
    """Raise `ContractError` if a model's parts differ from what it and its engine declare."""
    can, declared_to = recognizer.capabilities, engine.capabilities
    parts = (
        ("detects_language", recognizer.detector),
        ("scores_text", recognizer.scorer),
        ("takes_prompt", recognizer.prompt),
    )
    for name, part in parts:
        if getattr(can, name) != (part is not None):
            raise ContractError(
                f"engine {engine.name}: {name} is {getattr(can, name)}, its part says otherwise"
            )
        if getattr(can, name) and not getattr(declared_to, name):
            raise ContractError(f"engine {engine.name}: {name} is not declared")
