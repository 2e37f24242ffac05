"""What makes two workers interchangeable: backend, model and threads; and which can share a process."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ipc.declaration import Backend, Stage
from ipc.protocol import Load
from orchestrator.environments import registry, visible_gpus
from orchestrator.machine.gpus import number_of
from orchestrator.models.resolve import Model
from orchestrator.planning.choice import Choice


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to make a worker. `load` are the parameters with which its model is loaded.

    `gpu` is the one of several (`cuda:1`) that its process sees, as long as it lives. `secrets` are the
    variables with credentials that its process gets: one that has a key never works for a film whose stage
    must not have it. `resizable`: its process can get another number of threads.
    """

    stage: str
    backend: Backend
    threads: int
    revision: str
    load: tuple[tuple[str, Any], ...]
    gpu: str = ""
    secrets: tuple[str, ...] = ()
    resizable: bool = False

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def device(self) -> str:
        """Where its process computes: the GPU or, if the machine has at most one, the device."""
        return self.gpu or self.backend.device

    @cached_property
    def host(self) -> tuple[str, int] | None:
        """Recipes of one host can be served by one process, one after the other; None: only by a new one.

        Memory of an accelerator is not given back before a process ends, and no process gets a credential
        later.
        """
        if self.backend.device != "cpu" or self.secrets:
            return None
        return self.backend.env, 0 if self.resizable else self.threads

    @cached_property
    def _hash(self) -> int:
        parts = (self.stage, self.backend, self.threads, self.revision, self.load, self.gpu, self.secrets)
        return hash(parts)


def recipe_for(stage: Stage, choice: Choice, threads: int, gpu: str = "") -> Recipe:
    """The recipe of a worker that can run `stage` by `choice`. Reads what is installed in its environment.

    Thread pools can be resized where threadpoolctl is installed, but not Accelerate's (macOS).
    """
    return Recipe(
        stage=stage.name,
        backend=choice.backend,
        threads=threads,
        revision=choice.model.identity if choice.model else "",
        load=tuple((p.name, choice.params[p.name]) for p in stage.params if p.load),
        gpu=gpu,
        secrets=stage.secrets,
        resizable=sys.platform == "linux" and "threadpoolctl" in registry.locked(choice.backend.env),
    )


def load_command(recipe: Recipe, model: Model | None) -> Load:
    """The command that makes a worker load its model."""
    return Load(
        params=dict(recipe.load),
        device=recipe.backend.device,
        threads=recipe.threads,
        model=model.to_json() if model else {},
    )


def visible(recipe: Recipe, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that show a worker's process its GPU alone; none if the machine has at most one."""
    number = number_of(recipe.gpu)
    return {} if number is None else visible_gpus.only(number, environ)


def credentials(secrets: Sequence[str], environ: Mapping[str, str]) -> dict[str, str]:
    """The credentials that a process gets: only those that its stage, for this film, names."""
    return {name: environ[name] for name in secrets if environ.get(name)}
