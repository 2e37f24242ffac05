"""The registry of speech recognition engines.

A new engine is a module and a line in `ENGINES`. The module has `ENGINE`, its declaration, and `load(params,
device)`, which returns a `stage_runners.asr.recognizer.Recognizer`. It imports heavy packages inside
functions only, because the orchestrator reads declarations. `ENGINES` names modules instead of importing
them, because they import `Engine` from here.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

from ipc.declaration import Backend
from ipc.errors import ContractError
from ipc.thresholds import Thresholds
from stage_runners.asr.capabilities import Capabilities

if TYPE_CHECKING:
    from stage_runners.asr.recognizer import Recognizer

ENGINES: dict[str, str] = {
    "whisper": "stage_runners.whisper.engine",
}
"""The module of each engine, by name; the first one takes models that name no family."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """The declaration of an engine.

    `families` are the model families that it loads, `backends` its backends in order of preference.
    `capabilities` are what it can do with its best model. `thresholds` are groups of the numbers
    that change its results; they are part of the store's key. `packaged` are the names of models whose
    weights, if any, are part of its packages: nothing is downloaded for them.
    """

    name: str
    families: tuple[str, ...]
    backends: tuple[Backend, ...]
    capabilities: Capabilities
    thresholds: tuple[Thresholds, ...] = ()
    packaged: tuple[str, ...] = ()


class EngineModule(Protocol):
    """What a module in `ENGINES` provides."""

    ENGINE: Engine

    def load(self, params: Mapping[str, Any], device: str) -> Recognizer:
        """Load the model of `params["_model"]` on `device`; StageError("config") if that is impossible."""


def module(name: str) -> EngineModule:
    """The module of the engine `name`."""
    return cast("EngineModule", importlib.import_module(ENGINES[name]))


def declared() -> tuple[Engine, ...]:
    """The declarations of all engines, in the order of the registry."""
    return tuple(module(name).ENGINE for name in ENGINES)


def backends() -> tuple[Backend, ...]:
    """The backends of all engines, each once."""
    return tuple(dict.fromkeys(backend for engine in declared() for backend in engine.backends))


def thresholds() -> tuple[Thresholds, ...]:
    """The thresholds of all engines."""
    return tuple(group for engine in declared() for group in engine.thresholds)


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
    own = module(name_for(params["_model"]))
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
