"""Checks, before a run starts, that the machine's memory can hold the weights of its models."""

from __future__ import annotations

from orchestrator.errors import USAGE, FatalError
from orchestrator.machine.limits import memory_bytes
from orchestrator.models import families
from orchestrator.planning.memory_need import need
from orchestrator.planning.plan import Plan, Step
from orchestrator.util import text as fmt


def check(plan: Plan, memory_mb: int | None = None) -> None:
    """Raise `FatalError` (usage) for a stage whose model is too large for `memory_mb`.

    By default the memory is this machine's.
    """
    there = memory_bytes() >> 20 if memory_mb is None else memory_mb
    for step in plan.steps:
        if step.verdict in {"run", "maybe"} and step.choice.need.weights_mb > there:
            raise _too_large(step, there)


def _too_large(step: Step, there: int) -> FatalError:
    choice = step.choice
    name = choice.model.id if choice.model else step.name
    kind = choice.params.get("compute_type")
    taken = f"{name} takes {fmt.size(choice.need.weights_mb << 20)}{f' in {kind}' if kind else ''}"
    option = f"--{(step.stage.model or 'model').replace('_', '-')}"
    return FatalError(
        f"{step.name}: {taken}, and this machine has {fmt.size(there << 20)} of memory",
        f"choose a smaller model with {option}" + _smaller_format(step, there),
        USAGE,
    )


def _smaller_format(step: Step, there: int) -> str:
    """An advice with the number formats in which the model fits; empty if there are none."""
    choice, model = step.choice, step.choice.model
    if not model or not model.family or "compute_type" not in choice.params:
        return ""
    kinds = families.family(model.role, model.family).formats(model.path, choice.backend.device)
    fitting = [
        kind
        for kind in kinds
        if need(step.stage, choice.backend, model, {**choice.params, "compute_type": kind}).weights_mb
        <= there
    ]
    return f", or --compute-type {fitting[0]}" if fitting else ""
