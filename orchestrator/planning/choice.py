"""The ways to run a stage, which planning chooses and a run follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ipc.declaration import Backend
from orchestrator.machine import gpus
from orchestrator.models.resolve import Model
from orchestrator.planning.memory_need import AS_DECLARED, Need


@dataclass(frozen=True)
class Refusal:
    """A device that a stage could use but does not, and why."""

    device: str
    why: str

    def __str__(self) -> str:
        return f"{self.device} is not used: {self.why}"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A GPU on which a choice can run: its name (`cuda:1`), and what is other there than on the best one.

    `batch_size` is the one that fits there (None: the stage has none), and `need` the memory it then takes.
    `card` is the model of the GPU if the machine has several models, else empty: what was learnt about one
    GPU holds for all of its model.
    """

    device: str
    card: str = ""
    batch_size: int | None = None
    need: Need = AS_DECLARED


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One way to run a stage: where, with which model and parameters (none left open), and why.

    `instead_of` is the requested model if this choice has a smaller one: its result is degraded. `need` is
    the memory it takes; 0 MB: what the stage declares. `places` are the GPUs that can run it, best first, on
    a machine with several: one of them does, and which one does not change the result.
    """

    backend: Backend
    model: Model | None
    params: Mapping[str, Any]
    why: str = ""
    instead_of: str = ""
    need: Need = AS_DECLARED
    places: tuple[Place, ...] = ()

    @property
    def device(self) -> str:
        """The device for users: of several GPUs those that can run it."""
        return gpus.together(place.device for place in self.places) or self.backend.device


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The ways to run a stage, best first.

    `refused` lists the unusable devices with reasons, `notes` further remarks.
    """

    choices: tuple[Choice, ...]
    refused: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()
