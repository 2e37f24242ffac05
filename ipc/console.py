"""Prints events for people, when a stage is run by hand."""

from __future__ import annotations

import sys

from ipc.legible import legible
from ipc.protocol import (
    ArtifactWritten,
    Error,
    Event,
    Heartbeat,
    Hello,
    Log,
    Metric,
    Progress,
    Ready,
    Result,
    Started,
)

_SENTENCES = {"input", "config", "auth", "storage"}
"""Categories of errors that users can fix themselves."""


def describe(event: Event) -> str:
    """The text for an event, one line or, for an error, several; empty for a heartbeat."""
    match event:
        case Hello():
            return f"hello     {event.stage} version {event.version}, Python {event.python}, pid {event.pid}"
        case Ready():
            return f"ready     loaded in {event.seconds:.1f} s"
        case Started():
            return f"started   {event.job}"
        case Progress():
            total = f" of {event.total:.1f}" if event.total else ""
            return f"progress  {event.phase} {event.done:.1f}{total} {event.unit}"
        case Metric():
            return f"metric    {event.name} = {event.value:g} {event.unit}"
        case Log():
            return f"{event.level:<9} {event.message}"
        case ArtifactWritten():
            return f"artifact  {event.name}: {event.path} ({event.kind}, {event.digest[:12]})"
        case Result():
            degraded = "".join(f"\ndegraded  {reason}" for reason in event.degraded)
            facts = "".join(f"\nfact      {key} = {value}" for key, value in event.facts.items())
            return f"result    {event.method} in {event.seconds:.1f} s{facts}{degraded}"
        case Error():
            hint = f"\nhint      {event.hint}" if event.hint else ""
            # Users can fix these errors from the message alone; the others need the traceback.
            where = "" if event.category in _SENTENCES else f"{event.traceback.rstrip()}\n"
            return f"{where}error     [{event.category}] {event.message}{hint}"
        case Heartbeat():
            return ""


def print_event(event: Event) -> None:
    """Print an event to stderr, which leaves stdout to the libraries."""
    if line := describe(event):
        print(legible(line, keep="\n"), file=sys.stderr, flush=True)  # noqa: T201 - orchestrator's is not below
