"""A job of the service: one film, what is asked for, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

State = Literal["queued", "running", "done", "degraded", "failed", "cancelled", "set_aside"]
Source = Literal["api", "watch", "webhook", "asr", "openai"]
OPEN: tuple[State, ...] = ("queued", "running")
ENDED: tuple[State, ...] = ("done", "degraded", "failed", "cancelled", "set_aside")
STATES = OPEN + ENDED
SUCCEEDED: frozenset[State] = frozenset({"done", "degraded"})


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job. Times are seconds since the epoch.

    `place` orders the queue, smallest first; `urgent` jobs, for which a client waits, come before all others.
    `options` are those of the request. `fingerprint` tells one content of a file from another (size and time
    of change, or the digest of an upload). `upload` is the folder of a film that a client sent, None for a
    film in the user's folders. `attempts` counts starts, `kills` how often in a row it ended the runner
    before another of its stages finished. `cancelling` is whether a running job was asked to stop, `enough`
    whether it was because its client has what it asked for.
    `problem` is `{message, hint, status}` of a job that failed, `outputs` are `{name, path, size, note}`,
    `summary` is what the run reported of its stages.
    """

    id: str
    film: Path
    name: str
    source: Source
    state: State
    place: float
    urgent: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""
    upload: Path | None = None
    attempts: int = 0
    kills: int = 0
    cancelling: bool = False
    enough: bool = False
    created: float = 0.0
    started: float | None = None
    ended: float | None = None
    problem: Mapping[str, Any] = field(default_factory=dict)
    outputs: tuple[Mapping[str, Any], ...] = ()
    summary: Mapping[str, Any] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in OPEN


@dataclass(frozen=True, kw_only=True)
class Request:
    """A job that somebody asks for. `seen` are the options that a watched folder notes it under."""

    film: Path
    source: Source
    name: str = ""
    urgent: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""
    upload: Path | None = None
    seen: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a job ended."""

    state: State
    problem: Mapping[str, Any] = field(default_factory=dict)
    outputs: tuple[Mapping[str, Any], ...] = ()
    summary: Mapping[str, Any] = field(default_factory=dict)
