"""Leaves out the ways to run a stage whose model is surely larger than the memory, if another fits."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.planning.choice import Choice, Refusal
from orchestrator.util import text as fmt


def fits(choice: Choice, memory_mb: int) -> bool:
    """Whether the weights of the choice's model may fit in `memory_mb`."""
    return choice.need.weights_mb <= memory_mb


def why_not(choice: Choice, memory_mb: int) -> str:
    """The reason why a choice does not fit, as a sentence without a full stop."""
    name = choice.model.id if choice.model else "its model"
    kind = choice.params.get("compute_type")
    taken = f"{fmt.size(choice.need.weights_mb << 20)}{f' in {kind}' if kind else ''}"
    return f"{name} takes {taken}, and this process may use {fmt.size(memory_mb << 20)} of memory"


def fitting(choices: Sequence[Choice], memory_mb: int) -> tuple[list[Choice], list[Refusal]]:
    """The choices that fit, and why the others are left out.

    If none fits, the first one stays: its result may be stored, and else the run is refused before it starts.
    """
    left = [choice for choice in choices if fits(choice, memory_mb)] or list(choices[:1])
    devices: set[str] = {choice.backend.device for choice in left}
    refused = [
        Refusal(_name(choice, devices), why_not(choice, memory_mb))
        for choice in choices
        if choice not in left
    ]
    return left, refused


def _name(choice: Choice, used: set[str]) -> str:
    """The choice's device, with its model if another model runs there."""
    device = choice.backend.device
    return f"{choice.model.id} on {device}" if choice.model and device in used else device
