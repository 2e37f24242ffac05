"""One step of one film while a run is on: what stays the same (`Task`), what was tried (`Tries`), and where it stands (`Job`).

All of it is frozen: `orchestrator.execution.decide` makes a new job out of an old one, and nothing else does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ipc.declaration import Backend
from orchestrator.execution.recipe import Recipe, recipe_for
from orchestrator.planning.choice import Choice
from orchestrator.planning.plan import Plan, Step

JobId = tuple[int, str]
"""The number of the film in the run, and the stage's name."""
Status = Literal["waiting", "looked_up", "ready", "assigned", "running", "keeping", "done", "failed"]
"""`waiting` for its inputs; `looked_up` in the store; `ready` for a worker; `assigned` to one that may still be loading; `running`;
`keeping` its result; `done` or `failed`, which includes what could not be begun."""
ENDED = frozenset({"done", "failed"})


@dataclass(frozen=True, kw_only=True)
class Task:
    """A step of a plan in a run. `needs` are the jobs whose outputs it reads."""

    film: int
    plan: Plan
    step: Step
    threads: int
    needs: tuple[JobId, ...] = ()

    @property
    def id(self) -> JobId:
        """What the run knows it by."""
        return self.film, self.step.name


@dataclass(frozen=True, kw_only=True)
class Tries:
    """What was tried: the number of the choice, the batch that memory allowed, retries of this choice, and the batches that did not fit
    though the worker had the memory to itself.
    """

    choice: int = 0
    batch: int | None = None
    retries: int = 0
    failed_batches: tuple[int, ...] = ()


class Written(NamedTuple):
    """An output that a worker has written."""

    kind: str
    path: Path
    digest: str


@dataclass(frozen=True, kw_only=True)
class Job:
    """A task on its way.

    `key` is its result's key once its inputs are known; `transient` says that the result in the store is to be replaced. `worker` is the
    number of the one it is assigned to. `moved` is when it last made progress, by the monotonic clock. `stalled`, and `pressed` with
    the reason, say that its worker is being stopped: for making no progress, or before the memory runs out.
    """

    task: Task
    status: Status = "waiting"
    tries: Tries = Tries()
    key: str = ""
    transient: bool = False
    worker: int | None = None
    moved: float = 0.0
    stalled: bool = False
    pressed: str = ""
    written: Mapping[str, Written] = field(default_factory=dict)
    peak_rss: int = 0

    @property
    def id(self) -> JobId:
        """What the run knows it by."""
        return self.task.id

    @property
    def film(self) -> int:
        """The number of its film."""
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
        """The way that is tried now."""
        return self.step.choices[self.tries.choice]

    @property
    def backend(self) -> Backend:
        """The backend that is tried now."""
        return self.choice.backend

    @property
    def recipe(self) -> Recipe:
        """The recipe of the worker it needs."""
        return recipe_for(self.step.stage, self.choice, self.task.threads)

    @property
    def next_choice(self) -> str | None:
        """The way after this one, for people: its device, and its model where that is another; None where there is none."""
        after = self.step.choices[self.tries.choice + 1 :]
        if not after:
            return None
        model, now = after[0].model, self.choice.model
        other = f" and the model {model.id}" if model and now and model.id != now.id else ""
        return f"{after[0].backend.device}{other}"

    @property
    def batch_size(self) -> int | None:
        """The batch it runs with, or None for a stage without batches."""
        size = self.tries.batch if self.tries.batch is not None else self.choice.params.get("batch_size")
        return int(size) if size is not None and self.step.stage.batch_floor is not None else None

    @property
    def params(self) -> dict[str, Any]:
        """The parameters the runner gets: those of the choice, with the batch that memory allowed."""
        batch = {} if self.tries.batch is None else {"batch_size": self.tries.batch}
        return {**self.choice.params, **batch}

    @property
    def can_shrink(self) -> bool:
        """Whether it can go on in smaller batches."""
        floor = self.step.stage.batch_floor
        return self.batch_size is not None and floor is not None and self.batch_size > floor

    @property
    def degraded(self) -> tuple[str, ...]:
        """Why the result of this choice is less than what was asked, whatever its stage does; else empty."""
        model, wanted = self.choice.model, self.choice.instead_of
        return (f"{model.id} instead of {wanted}, because of too little memory",) if model and wanted else ()
