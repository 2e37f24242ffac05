"""Checks, before a run starts, that the machine's memory can hold the weights of its models."""

from __future__ import annotations

from orchestrator.errors import USAGE, FatalError
from orchestrator.machine import profile
from orchestrator.machine.limits import memory_bytes
from orchestrator.machine.profile import Machine
from orchestrator.planning import compute_types, memory_fit
from orchestrator.planning.memory_need import need
from orchestrator.planning.plan import Plan, Step


def check(plan: Plan, memory_mb: int | None = None, machine: Machine | None = None) -> None:
    """Raise `FatalError` (usage) for a stage with no choice whose model fits in `memory_mb`.

    By default the memory is what this process may use of this machine's, and `machine` is this one.
    """
    there = memory_bytes() >> 20 if memory_mb is None else memory_mb
    for step in plan.steps:
        if step.verdict not in {"run", "maybe"}:
            continue
        if not any(memory_fit.fits(choice, there) for choice in step.choices):
            raise _too_large(step, there, machine or profile.here())


def _too_large(step: Step, there: int, machine: Machine) -> FatalError:
    option = f"--{(step.stage.model or 'model').replace('_', '-')}"
    return FatalError(
        f"{step.name}: {memory_fit.why_not(step.choice, there)}",
        f"choose a smaller model with {option}" + _smaller_format(step, there, machine),
        USAGE,
    )


def _smaller_format(step: Step, there: int, machine: Machine) -> str:
    """An advice with the number format in which the model fits; empty if there is none."""
    choice = step.choice
    if "compute_type" not in choice.params:
        return ""
    fitting = [
        kind
        for kind in compute_types.possible(step.stage, choice.backend, choice.model, machine)
        if _weights_mb(step, kind) <= there
    ]
    if not fitting:
        return ""
    return f", or --compute-type {_USUAL if _USUAL in fitting else fitting[0]}"


_USUAL = "int8"
"""CTranslate2's fastest format on a processor."""


def _weights_mb(step: Step, kind: str) -> int:
    choice = step.choice
    params = {**choice.params, "compute_type": kind}
    return need(step.stage, choice.backend, choice.model, params).weights_mb
