"""The events of a run, as the callback gets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened: an event of docs/events.md.

    `time` is in seconds since 1970, `stage` is empty for events of the whole run, and `fields` are the
    event's others, as JSON has them. As text, it is a short line.
    """

    name: str
    time: float
    stage: str
    fields: Mapping[str, Any]

    @property
    def fraction(self) -> float | None:
        """The part of the stage's phase that is done, from 0 to 1; None if this event does not tell."""
        total = float(self.fields.get("total") or 0) if self.name == "step_progress" else 0.0
        return min(1.0, float(self.fields["done"]) / total) if total > 0 else None

    def __str__(self) -> str:
        return f"{self.stage}: {_said(self)}" if self.stage else _said(self)


def from_json(body: Mapping[str, Any]) -> Event:
    """The event of a line of JSON."""
    others = {key: value for key, value in body.items() if key not in {"event", "time", "step"}}
    return Event(
        name=str(body["event"]),
        time=float(body.get("time") or 0),
        stage=str(body.get("step") or ""),
        fields=others,
    )


def _said(event: Event) -> str:
    fields = event.fields
    match event.name:
        case "step_progress":
            total = f" of {fields['total']:g}" if fields["total"] else ""
            return f"{fields['phase']} {fields['done']:.4g}{total} {fields['unit']}".strip()
        case "step_done":
            return "cached" if fields["cached"] else f"done in {fields['seconds']:.1f} s"
        case "step_failed":
            return f"failed: {fields['error']['message']}"
        case "step_skipped":
            return f"skipped: {fields['reason']}"
        case "step_log":
            return str(fields["message"])
        case "step_fell_back":
            return str(fields["note"])
        case "step_metric":
            return f"{fields['name']} {fields['value']:g} {fields['unit']}".strip()
        case "file_written":
            return f"wrote {fields['output']['path']}"
        case "run_ended":
            return f"run {fields['outcome']}"
    return event.name.removeprefix("step_").replace("_", " ")
