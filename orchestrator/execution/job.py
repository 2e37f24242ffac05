"""One step of one film during a run: its fixed part (`Task`), its attempts (`Tries`), and its state (`Job`).

All are frozen. Only `orchestrator.execution.decide` makes a new job from an old one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ipc.declaration import Backend
from orchestrator.execution.recipe import Recipe, recipe_for
from orchestrator.machine import gpus
from orchestrator.planning.choice import Choice, Place
from orchestrator.planning.memory_need import Need
from orchestrator.planning.plan import Plan, Step

JobId = tuple[int, str]
"""The index of the film in the run, and the stage's name."""
Status = Literal["waiting", "looked_up", "ready", "assigned", "running", "keeping", "done", "failed"]
"""State of a job.

`waiting` for its inputs, `looked_up` in the store, `ready` for a worker, `assigned` to a worker that may
still be loading, `running`, `keeping` its result, `done`, or `failed`, which includes jobs that could not
start.
"""
ENDED = frozenset({"done", "failed"})


@dataclass(frozen=True, kw_only=True)
class Task:
    """A step of a plan in a run. `needs` are the jobs whose outputs it reads.

    Its recipes are made with it, because that reads files, and decisions read none.
    """

    film: int
    plan: Plan
    step: Step
    threads: int
    needs: tuple[JobId, ...] = ()

    def __post_init__(self) -> None:
        _ = self.recipes

    @property
    def id(self) -> JobId:
        """Identifies the job in the run."""
        return self.film, self.step.name

    @cached_property
    def recipes(self) -> tuple[tuple[Recipe, ...], ...]:
        """For each choice the recipes of a worker: of several GPUs one for each."""
        return tuple(
            tuple(
                recipe_for(self.step.stage, choice, self.threads, gpu)
                for gpu in [place.device for place in choice.places] or [""]
            )
            for choice in self.step.choices
        )


@dataclass(frozen=True, kw_only=True)
class Tries:
    """Attempts of a job so far.

    `choice` is the index of the choice, `batch` the batch size that memory allowed, `retries` the retries of
    this choice. `failed_batches` are the batch sizes that did not fit although the worker had the memory to
    itself. `failed_gpus` are those of several GPUs on which this choice failed.
    """

    choice: int = 0
    batch: int | None = None
    retries: int = 0
    failed_batches: tuple[int, ...] = ()
    failed_gpus: tuple[str, ...] = ()


class Written(NamedTuple):
    """An output that a worker wrote."""

    kind: str
    path: Path
    digest: str


@dataclass(frozen=True, kw_only=True)
class Job:
    """A task with its state.

    `key` is the key of its result once its inputs are complete. If `transient`, the stored result is to be
    replaced. `worker` is the number of its worker. `gpu` is the one of several that it runs on, or ran on
    last. `moved` is when it last made progress, by the monotonic
    clock. `stalled` and `pressed` are set while its worker is being stopped: because it made no progress, or
    (`pressed` is the reason) because memory runs out.
    """

    task: Task
    status: Status = "waiting"
    tries: Tries = Tries()
    key: str = ""
    transient: bool = False
    worker: int | None = None
    gpu: str = ""
    moved: float = 0.0
    stalled: bool = False
    pressed: str = ""
    written: Mapping[str, Written] = field(default_factory=dict)
    peak_rss: int = 0

    @property
    def id(self) -> JobId:
        """Identifies the job in the run."""
        return self.task.id

    @property
    def film(self) -> int:
        """The index of its film."""
        return self.task.film

    @property
    def name(self) -> str:
        """The stage's name."""
        return self.task.step.name

    @property
    def step(self) -> Step:
        """The step of the plan."""
        return self.task.step

    @property
    def choice(self) -> Choice:
        """The choice that is tried now."""
        return self.step.choices[self.tries.choice]

    @property
    def backend(self) -> Backend:
        """The backend that is tried now."""
        return self.choice.backend

    @property
    def memory_mb(self) -> int:
        """The memory in MB that it takes with the choice that is tried now."""
        return self._need.memory_mb or self.step.stage.resources.memory_mb

    @property
    def vram_mb(self) -> int:
        """The same of an accelerator's memory."""
        return self._need.vram_mb or self.step.stage.resources.vram_mb

    @property
    def _place(self) -> Place | None:
        """The GPU of several that it runs on."""
        return next((place for place in self.choice.places if place.device == self.gpu), None)

    @property
    def _need(self) -> Need:
        return self._place.need if self._place else self.choice.need

    @property
    def recipe(self) -> Recipe:
        """The recipe of the worker it needs; of several GPUs on its own, or on the best that is left."""
        first, *others = self.recipes
        return next((one for one in others if one.gpu == self.gpu), first)

    @property
    def recipes(self) -> tuple[Recipe, ...]:
        """The recipes of the workers that could serve it: one for each GPU on which it did not fail.

        A batch size that memory allowed is that of its GPU, whose worker has loaded the model.
        """
        each = self.task.recipes[self.tries.choice]
        if len(each) == 1:
            return each
        left = tuple(one for one in each if one.gpu not in self.tries.failed_gpus)
        if self.tries.batch is not None and (own := [one for one in left if one.gpu == self.gpu]):
            return tuple(own)
        return left or each

    @property
    def needed(self) -> tuple[Recipe, ...]:
        """The recipes of the workers that it needs: while it has one, no other."""
        return self.recipes if self.worker is None else (self.recipe,)

    @property
    def device(self) -> str:
        """Where it runs: the GPU or, if the machine has at most one, the device."""
        return self.gpu or self.backend.device

    @property
    def other_gpu(self) -> str:
        """The GPUs that are left if it fails on its own; empty if there are none."""
        failed = {*self.tries.failed_gpus, self.gpu}
        return gpus.together(place.device for place in self.choice.places if place.device not in failed)

    @property
    def next_choice(self) -> str | None:
        """The next choice, for the user: its device, and its model if that changes; None after the last."""
        after = self.step.choices[self.tries.choice + 1 :]
        if not after:
            return None
        model, now = after[0].model, self.choice.model
        other = f" and the model {model.id}" if model and now and model.id != now.id else ""
        return f"{after[0].device}{other}"

    @property
    def batch_size(self) -> int | None:
        """The batch size it runs with; None for a stage without batches."""
        size = self.params.get("batch_size")
        return int(size) if size is not None and self.step.stage.batch_floor is not None else None

    @property
    def params(self) -> dict[str, Any]:
        """The parameters for the runner: those of the choice, with the batch size of its GPU, or that memory
        allowed.
        """
        size = self.tries.batch
        if size is None and self._place is not None:
            size = self._place.batch_size
        return {**self.choice.params, **({} if size is None else {"batch_size": size})}

    @property
    def can_shrink(self) -> bool:
        """Return whether its batch size can be reduced."""
        floor = self.step.stage.batch_floor
        return self.batch_size is not None and floor is not None and self.batch_size > floor

    @property
    def degraded(self) -> tuple[str, ...]:
        """Why this choice makes a degraded result whatever the stage does; else empty."""
        model, wanted = self.choice.model, self.choice.instead_of
        return (f"{model.id} instead of {wanted}, because of too little memory",) if model and wanted else ()
