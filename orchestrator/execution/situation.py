"""The state of a run for the scheduler: its jobs, its workers, and the rules.

It is frozen; each event makes a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ipc.declaration import Stage
from orchestrator.execution.job import Job, JobId
from orchestrator.execution.recipe import Recipe
from orchestrator.machine.limits import Limits, accelerator


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The rules of a run.

    `limits` are the cores and memory of the machine. `accelerator_mb` gives the memory of an accelerator by
    environment and device (0: unknown). `prestart` allows workers to start before they are needed. A worker
    is replaced after `recycle` runs (0: never; None: as its backend declares).
    """

    limits: Limits
    accelerator_mb: Callable[[str, str], int]
    prestart: bool = True
    recycle: int | None = None


@dataclass(frozen=True, kw_only=True)
class Worker:
    """A worker's process as the scheduler sees it.

    `job` is the job that it runs, or will run once it is ready. `runs` counts its runs. `load_seconds` is how
    long its model took to load, until that is reported. `used`: its process was another stage's before.
    `memory_mb` and `vram_mb` are what it may take of the machine's memory and of its accelerator's.
    """

    number: int
    recipe: Recipe
    stage: Stage
    status: Literal["starting", "idle", "busy", "stopping"] = "starting"
    job: JobId | None = None
    load_seconds: float = 0.0
    runs: int = 0
    rss: int = 0
    used: bool = False
    memory_mb: int = 0
    vram_mb: int = 0

    @property
    def accelerator(self) -> str:
        """The accelerator whose memory it uses, of several GPUs its own; empty for none."""
        return accelerator(self.recipe.device)


@dataclass(frozen=True)
class Failing:
    """How many jobs in a row failed on a GPU, the last of them about `when` by the monotonic clock."""

    count: int
    when: float


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Everything that a decision depends on.

    `jobs` are in the order of films and plans; `open` are those that have not ended. `spoiled` are recipes
    whose worker failed. `made` are the keys of the results that this run made. `failing` are GPUs on
    which a job failed since one succeeded. `warned` are jobs whose lack of memory was reported. While
    `expecting`, more films may join the run: it does not end, and workers stay loaded for them. `stopping`
    forbids new work; `full` means that something could not be written.
    """

    rules: Rules
    jobs: Mapping[JobId, Job] = field(default_factory=dict)
    open: tuple[JobId, ...] = ()
    workers: Mapping[int, Worker] = field(default_factory=dict)
    started: int = 0
    spoiled: frozenset[Recipe] = frozenset()
    made: frozenset[str] = frozenset()
    failing: Mapping[str, Failing] = field(default_factory=dict)
    warned: frozenset[JobId] = frozenset()
    expecting: bool = False
    stopping: bool = False
    full: bool = False

    @property
    def over(self) -> bool:
        """Return whether the run has ended: all jobs have, or it was stopped and no process lives."""
        return not self.workers if self.stopping else not self.open and not self.expecting
