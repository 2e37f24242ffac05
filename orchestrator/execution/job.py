"""One step of one film while a run is on: what it waits for, what it was tried with, what it has written."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ipc.declaration import Backend
from ipc.protocol import Run
from orchestrator.execution.pool import Hand, Recipe, recipe_for
from orchestrator.planning.choice import Choice
from orchestrator.planning.plan import Plan, Step
from orchestrator.storage.manifest import Manifest, OutputRecord


@dataclass(eq=False)
class Job:
    """A step on its way. `needs` are those it reads from; `choice_index` is the way that is tried now.

    `pressed` is why it was stopped before the memory ran out, `again` that its result in the store was only for the time being. `failed_batches` did not fit this choice, by what can be learnt from.
    """

    film: int
    plan: Plan
    step: Step
    threads: int
    needs: tuple[Job, ...] = ()
    status: Literal["waiting", "ready", "assigned", "running", "ended"] = "waiting"
    good: bool = False
    key: str = ""
    ingredients: Mapping[str, Any] = field(default_factory=dict)
    choice_index: int = 0
    batch: int | None = None
    retries: int = 0
    hand: Hand | None = None
    attempt: Path | None = None
    draft: Path | None = None
    written: dict[str, tuple[str, Path, str]] = field(default_factory=dict)
    moved: float = 0.0
    began: float = 0.0
    stalled: bool = False
    pressed: str = ""
    again: bool = False
    failed_batches: list[int] = field(default_factory=list)
    peak_rss: int = 0

    @property
    def name(self) -> str:
        """Name of the stage."""
        return self.step.name

    @property
    def choice(self) -> Choice:
        """The way that is tried now."""
        return self.step.choices[self.choice_index]

    @property
    def backend(self) -> Backend:
        """The backend that is tried now."""
        return self.choice.backend

    @property
    def recipe(self) -> Recipe:
        """The recipe of the worker this job needs."""
        return recipe_for(self.step.stage, self.choice, self.threads)

    @property
    def next_choice(self) -> str | None:
        """The way after this one, for people, where there is one: its device, and its model where that is another."""
        after = self.step.choices[self.choice_index + 1 :]
        if not after:
            return None
        model, now = after[0].model, self.choice.model
        other = f" and the model {model.id}" if model and now and model.id != now.id else ""
        return f"{after[0].backend.device}{other}"

    @property
    def batch_size(self) -> int | None:
        """The batch it runs with, or None for a stage without batches."""
        size = self.batch if self.batch is not None else self.choice.params.get("batch_size")
        return int(size) if size is not None and self.step.stage.batch_floor is not None else None

    @property
    def folder(self) -> Path:
        """The attempt's folder; only while it is being tried."""
        if self.attempt is None:
            raise AssertionError(f"{self.name} is not being tried")
        return self.attempt

    def touch(self) -> None:
        """Something moved: it does not stall."""
        self.moved = time.monotonic()

    def params(self) -> dict[str, Any]:
        """The parameters the runner gets: those of the choice, with the batch that memory allowed."""
        batch = {} if self.batch is None else {"batch_size": self.batch}
        return {**self.choice.params, **batch}

    def less(self) -> tuple[str, ...]:
        """Why the result of this choice is less than what was asked, whatever its stage does; else empty."""
        model, wanted = self.choice.model, self.choice.instead_of
        return (f"{model.id} instead of {wanted}, for want of memory",) if model and wanted else ()

    def command(self, inputs: Mapping[str, Path]) -> Run:
        """The command that runs it; the attempt's folder, and a draft for an external output, must be there."""
        outputs = {
            output.name: {
                "kind": output.kind,
                **({"filename": output.filename} if output.filename else {}),
                **({"external": True} if output.external else {}),
            }
            for output in self.step.stage.outputs
        }
        return Run(
            job=f"{self.plan.film.name}: {self.name}",
            params=self.params(),
            inputs={name: str(path) for name, path in inputs.items()},
            outputs=outputs,
            output_dir=str(self.attempt),
            destination=str(self.draft or ""),
            degraded=self.less(),
        )

    def manifest(
        self, *, seconds: float, method: str, degraded: tuple[str, ...], facts: Mapping[str, Any]
    ) -> Manifest:
        """What the store is to remember; the outputs must have been written."""
        from orchestrator import __version__

        records = {}
        for name, (kind, path, digest) in self.written.items():
            inside = self.attempt is not None and path.parent == self.attempt
            records[name] = OutputRecord(
                kind=kind,
                path=path.name if inside else str(path),
                digest=digest,
                size=path.stat().st_size,
            )
        model = self.choice.model
        return Manifest(
            stage=self.name,
            version=self.step.stage.version,
            ingredients=self.ingredients,
            outputs=records,
            seconds=seconds,
            env=self.backend.env,
            device=self.backend.device,
            compute_type=str(facts.get("compute_type") or self.params().get("compute_type") or ""),
            method=method,
            model=model.id if model else "",
            revision=model.revision if model else "",
            degraded=tuple(dict.fromkeys((*self.less(), *degraded))),
            facts=facts,
            peak_memory=self.peak_rss,
            created=time.time(),
            tool=__version__,
        )
