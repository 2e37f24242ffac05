"""Worker processes of a run: started for a recipe, kept warm between films, and ended when nobody ahead needs them."""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from ipc.declaration import Backend, Stage
from ipc.protocol import Command, Load, Shutdown
from orchestrator.execution.worker import Post
from orchestrator.machine import limits
from orchestrator.models.resolve import Model
from orchestrator.planning.choice import Choice


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What makes two workers the same: what they run, on which device, with which model and threads."""

    stage: str
    backend: Backend
    threads: int
    revision: str
    load: tuple[tuple[str, Any], ...]


class Process(Protocol):
    """What the pool needs of `orchestrator.execution.worker.Worker`; a test brings a fake."""

    log: Path

    def send(self, command: Command) -> None:
        """Send a command."""

    def stop(self, *, at_once: bool = False) -> None:
        """End it."""

    def dump_stacks(self) -> None:
        """Write its stacks to its log."""

    def wait(self, seconds: float) -> bool:
        """Whether it has ended within so many seconds."""

    def tail(self, lines: int = 12) -> str:
        """The end of its output."""


Spawn = Callable[[Backend, int, Path, "queue.SimpleQueue[Post]", Mapping[str, str]], Process]


@dataclass(eq=False)
class Hand:
    """A worker as the scheduler sees it. `job` is whom it works for, or will once it is ready; `runs` is how many it was given."""

    process: Process
    recipe: Recipe
    stage: Stage
    since: float
    status: Literal["starting", "idle", "busy", "stopping"] = "starting"
    ready_seconds: float = 0.0
    job: Any = None
    runs: int = 0
    rss: int = 0
    told: float = field(default_factory=time.monotonic)


def credentials(stage: Stage, environ: Mapping[str, str]) -> dict[str, str]:
    """The credentials that the stage's process gets: its own, and no other."""
    return {name: environ[name] for name in stage.secrets if environ.get(name)}


def recipe_for(stage: Stage, choice: Choice, threads: int) -> Recipe:
    """The recipe of the worker that can run `stage` by `choice`."""
    return Recipe(
        stage=stage.name,
        backend=choice.backend,
        threads=threads,
        revision=choice.model.revision if choice.model else "",
        load=tuple((p.name, choice.params[p.name]) for p in stage.params if p.load),
    )


class Pool:
    """The living workers. Not thread-safe: the scheduler's loop is the only one who touches it."""

    def __init__(self, logs: Path, posts: queue.SimpleQueue[Post], spawn: Spawn) -> None:
        self.hands: list[Hand] = []
        self._logs = logs
        self._posts = posts
        self._spawn = spawn
        self._numbers: dict[str, int] = {}
        self._spoiled: set[Recipe] = set()

    def start(self, stage: Stage, model: Model | None, recipe: Recipe) -> Hand:
        """Start a worker and tell it to load; it will be idle once it is ready."""
        number = self._numbers[stage.name] = self._numbers.get(stage.name, 0) + 1
        log = self._logs / (f"{stage.name}.log" if number == 1 else f"{stage.name}.{number}.log")
        process = self._spawn(
            recipe.backend, recipe.threads, log, self._posts, credentials(stage, os.environ)
        )
        hand = Hand(process, recipe, stage, time.monotonic())
        process.send(
            Load(
                params=dict(recipe.load),
                device=recipe.backend.device,
                threads=recipe.threads,
                model=model.to_json() if model else {},
            )
        )
        self.hands.append(hand)
        return hand

    def of(self, process: object) -> Hand | None:
        """The hand of a process, or None once it has been removed."""
        return next((hand for hand in self.hands if hand.process is process), None)

    def free(self, recipe: Recipe) -> Hand | None:
        """A worker for `recipe` that has no job: an idle one, else one that is starting."""
        fitting = [h for h in self.hands if h.recipe == recipe and h.job is None and h.status != "stopping"]
        return min(fitting, key=lambda hand: hand.status != "idle", default=None)

    def busy(self, recipe: Recipe) -> bool:
        """Whether a worker for `recipe` is at work: a second one would load the same model again, to share the same cores."""
        return any(hand.recipe == recipe and hand.status != "stopping" for hand in self.hands)

    def spoil(self, recipe: Recipe) -> None:
        """Note that a worker of `recipe` came to nothing: none is started ahead of need again, who needs it will say why."""
        self._spoiled.add(recipe)

    def worth_starting(self, recipe: Recipe) -> bool:
        """Whether to start a worker for `recipe` ahead of need: there is none, and none has come to nothing."""
        return recipe not in self._spoiled and not self.busy(recipe)

    def memory_mb(self) -> int:
        """Memory that the living workers may take, by their declarations."""
        return sum(hand.stage.resources.memory_mb for hand in self.hands)

    def starting(self) -> int:
        """How many are importing or loading."""
        return sum(hand.status == "starting" for hand in self.hands)

    def retire(self, needed: Collection[Recipe]) -> None:
        """End the workers that nobody ahead needs."""
        for hand in self.hands:
            if hand.job is None and hand.status in {"idle", "starting"} and hand.recipe not in needed:
                self.dismiss(hand)

    def make_room(self, memory_mb: int, budget_mb: int) -> bool:
        """End workers without a job until `memory_mb` more fits into the budget; false while it does not fit yet.

        What needs more than the budget gets it when it is alone. Workers that were ended count until they have gone.
        """
        if not self.hands or self.memory_mb() + memory_mb <= budget_mb:
            return True
        staying = sum(hand.stage.resources.memory_mb for hand in self.hands if hand.status != "stopping")
        for hand in reversed(self.hands):  # the last one started is needed last
            if staying + memory_mb <= budget_mb:
                break
            if hand.job is None and hand.status != "stopping":
                self.dismiss(hand)
                staying -= hand.stage.resources.memory_mb
        return False

    def on(self, accelerator: str) -> list[Hand]:
        """The living workers that hold memory of an accelerator."""
        return [h for h in self.hands if limits.accelerator(h.recipe.backend.device) == accelerator]

    def make_room_on(self, hands: Sequence[Hand], vram_mb: int, budget_mb: int) -> bool:
        """Whether `vram_mb` more of an accelerator fits into the budget beside `hands`; else end those without a job until it does."""
        taken = sum(hand.stage.resources.vram_mb for hand in hands)
        if taken + vram_mb <= budget_mb:
            return True
        for hand in reversed(hands):
            if taken + vram_mb <= budget_mb:
                break
            if hand.job is None and hand.status != "stopping":
                self.dismiss(hand)
                taken -= hand.stage.resources.vram_mb
        return False

    def dismiss(self, hand: Hand) -> None:
        """End a worker that has nothing to lose."""
        if hand.status == "starting":
            hand.process.stop(at_once=True)
        else:
            hand.process.send(Shutdown())
        hand.status = "stopping"

    def remove(self, hand: Hand) -> None:
        """Forget a worker whose process has ended."""
        self.hands.remove(hand)
