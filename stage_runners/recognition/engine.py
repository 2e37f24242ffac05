"""How a speech recognition engine declares itself.

An engine is a module with `ENGINE`, its declaration, and `load(params, device)`, which returns a
`stage_runners.recognition.recognizer.Recognizer`. `stage_runners.asr.engines` lists the modules. They import
heavy packages inside functions only, because the orchestrator reads declarations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ipc.declaration import Backend
from ipc.thresholds import Thresholds
from stage_runners.recognition.capabilities import Capabilities
from stage_runners.recognition.recognizer import Recognizer


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
    """The module of an engine."""

    ENGINE: Engine

    def load(self, params: Mapping[str, Any], device: str) -> Recognizer:
        """Load the model of `params["_model"]` on `device`; StageError("config") if that is impossible."""
