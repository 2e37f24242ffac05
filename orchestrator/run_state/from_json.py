"""Reads an event from its line of JSON: the other way of `orchestrator.run_state.events.to_json`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestrator.run_state import events, machine_events
from orchestrator.run_state.events import RunEvent

_KINDS: dict[str, type[RunEvent]] = {
    events.name_of_kind(kind): kind
    for kind in (*vars(events).values(), *vars(machine_events).values())
    if isinstance(kind, type) and issubclass(kind, RunEvent) and kind not in {RunEvent, events.StepEvent}
}


def event_of(body: Mapping[str, Any]) -> RunEvent | None:
    """The event that `body` describes; None for one that this version does not know.

    Raises `ValueError` with the place of the fault if a known event has a field of the wrong type.
    """
    import msgspec

    kind = _KINDS.get(str(body.get("event")))
    if kind is None:
        return None
    event: RunEvent = msgspec.convert(body, kind, strict=False, dec_hook=_path)
    return event


def _path(kind: type[Any], value: Any) -> Any:
    if issubclass(kind, Path):
        return Path(value)
    raise NotImplementedError(kind)
