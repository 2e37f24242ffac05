"""What the views show of a run on many machines."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.run_state.events import RunEvent
from orchestrator.run_state.machine_events import FilmMoved, MachineJoined, MachineLeft, MachineRefused
from orchestrator.run_state.states import RunState
from orchestrator.util import text as fmt


def counts(state: RunState) -> list[str]:
    """How many films wait, and how many machines work; nothing for a run on this machine."""
    working = sum(1 for what in state.machines.values() if what == "working")
    waiting = f"{state.waiting} waiting" if state.waiting else ""
    return [waiting, fmt.plural(working, "machine")] if state.machines else []


def remarks(event: RunEvent) -> Iterator[str]:
    """Lines for the coming and going of machines."""
    match event:
        case MachineJoined():
            yield f"{fmt.plain(event.machine)} takes part"
        case MachineRefused():
            yield f"{fmt.plain(event.machine)} takes no part: {fmt.plain(event.message)}"
            yield f"  {fmt.plain(event.hint)}"
        case MachineLeft():
            films = f"; {fmt.plural(len(event.films), 'film')} of it will begin again" if event.films else ""
            yield f"{fmt.plain(event.machine)} is gone: {fmt.plain(event.reason)}{films}"
        case FilmMoved():
            yield f"{fmt.legible(event.state.title)}: begins again on {fmt.plain(event.machine)}"
