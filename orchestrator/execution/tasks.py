"""What a plan becomes when its film joins a run: tasks, and the film's first state."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.execution.job import Task
from orchestrator.machine import limits as machine_limits
from orchestrator.planning.plan import Plan
from orchestrator.run_state.states import FilmState, StepState


def tasks_of(film: int, plan: Plan, cores: int) -> Iterator[Task]:
    """The steps of a plan that are not off, with the number of threads for each."""
    active = {step.name: step.stage for step in plan.steps if step.verdict != "off"}
    for step in plan.steps:
        if step.name in active:
            near = machine_limits.beside(step.stage, active)
            yield Task(
                film=film,
                plan=plan,
                step=step,
                threads=machine_limits.threads(step.stage, near, cores),
                needs=tuple((film, name) for name in step.needs()),
            )


def film_state(plan: Plan) -> FilmState:
    """The state of a film before its first step starts."""
    return FilmState(
        path=plan.film,
        title=plan.film.name,
        digest=plan.film_digest,
        steps=tuple(
            StepState(
                name=step.name,
                status="off" if step.verdict == "off" else "waiting",
                planned=step.verdict,
                reason=step.reason,
                waits_for=step.needs(),
                env=step.choice.backend.env if step.choices else "",
                device=step.choice.backend.device if step.choices else "",
                gpus=tuple(place.device for place in step.choice.places) if step.choices else (),
                device_reason=step.choice.why if step.choices else "",
                model=step.choice.model.id if step.choices and step.choice.model else "",
                fallbacks=tuple(map(str, step.refused)),
                notes=step.notes,
                key=step.key or "",
            )
            for step in plan.steps
        ),
    )
