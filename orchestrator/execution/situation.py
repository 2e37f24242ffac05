"""Where a run stands: its jobs, its workers, and the rules it goes by. Frozen, and made anew by each event."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ipc.declaration import Stage
from orchestrator.execution.job import ENDED, Job, JobId
from orchestrator.execution.recipe import Recipe
from orchestrator.machine.limits import Limits, accelerator


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a run goes by: the cores and memory of the machine, the memory of an accelerator by environment and device (0: not known),
    whether workers start before they are needed, and after how many runs a worker is replaced (0: never; None: as its backend says).
    """

    limits: Limits
    accelerator_mb: Callable[[str, str], int]
    prestart: bool = True
    recycle: int | None = None


@dataclass(frozen=True, kw_only=True)
class Worker:
    """A worker's process as the scheduler sees it.

    `job` is whom it works for, or will once it is ready; `runs` how many it was given; `load_seconds` how long its model took, until
    that was reported.
    """

    number: int
    recipe: Recipe
    stage: Stage
    status: Literal["starting", "idle", "busy", "stopping"] = "starting"
    job: JobId | None = None
    load_seconds: float = 0.0
    runs: int = 0
    rss: int = 0

    @property
    def accelerator(self) -> str:
        """The accelerator whose memory it holds; empty for none."""
        return accelerator(self.recipe.backend.device)


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Everything that a decision depends on.

    `jobs` are in the order of films and plans; `open` are those that have not ended. `spoiled` are recipes whose workers came to nothing.
    `made` are the keys of results that this run has made. `warned` are jobs whose lack of memory was reported. `stopping` forbids new
    work; `full` says that something could not be written.
    """

    rules: Rules
    jobs: Mapping[JobId, Job] = field(default_factory=dict)
    open: tuple[JobId, ...] = ()
    workers: Mapping[int, Worker] = field(default_factory=dict)
    started: int = 0
    spoiled: frozenset[Recipe] = frozenset()
    made: frozenset[str] = frozenset()
    warned: frozenset[JobId] = frozenset()
    stopping: bool = False
    full: bool = False

    @property
    def over(self) -> bool:
        """Whether the run has come to its end: nothing is left to do, or it was stopped and no process lives."""
        return not self.workers if self.stopping else not self.open

    def active(self) -> Iterator[Job]:
        """The jobs that have not ended, in their order."""
        return (job for id_ in self.open if (job := self.jobs[id_]).status not in ENDED)
