"""What is known of a running job: its film and stages, added up from the runner's events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from orchestrator.errors import FAILED, STATUS_OF_CATEGORY

_WEIGHTS = {"asr": 6.0, "diarization": 4.0, "alignment": 2.0, "translation": 4.0, "mux": 0.5}
"""Rough shares of the time of a film, for one number; other stages have 1."""
_KEPT = (
    "status", "reason", "env", "device", "model", "method", "phase", "done", "total", "unit", "seconds",
    "load_seconds", "degraded", "fallbacks", "error", "facts", "last_log", "started", "ended", "rss",
    "waits_for",
)  # fmt: skip
"""What a client gets of a stage."""
_ENDED = {"done", "cached", "failed", "skipped", "off"}
_LONGEST = 2000


@dataclass
class Progress:
    """A running job. `film` is its number in the runner, None until the runner has planned it."""

    job: str
    film: int | None = None
    title: str = ""
    seconds: float = 0.0
    language: str = ""
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    outputs: list[dict[str, Any]] = field(default_factory=list)
    progressed: bool = False
    """Whether a stage has finished its work here: it was not in the cache."""
    alone: bool = False
    """Whether no other job may run beside it, because one of them ended the runner."""
    urgent: bool = False
    cancelled: bool = False
    """Whether the runner was told to drop it."""

    def added(self, event: Mapping[str, Any]) -> None:
        """Take the film of a `film_added`."""
        state = event.get("state") or {}
        self.film = event.get("film")
        self.title, self.seconds = str(state.get("title") or ""), float(state.get("seconds") or 0)
        self.language = str(state.get("language") or "")
        for step in state.get("steps") or ():
            self.steps[step["name"]] = {key: step[key] for key in _KEPT if step.get(key)}

    def take(self, event: Mapping[str, Any]) -> None:
        """Take an event of its film."""
        name, kind = event.get("step"), str(event.get("event"))
        if kind == "file_written":
            output = dict(event.get("output") or {})
            self.outputs = [one for one in self.outputs if one.get("path") != output.get("path")] + [output]
        if not isinstance(name, str):
            return
        step = self.steps.setdefault(name, {})
        step |= {key: event[key] for key in _KEPT if key in event and key != "reason"}
        match kind:
            case "step_starting":
                step["status"] = "starting"
                step |= {"done": 0.0, "total": 0.0}
            case "step_running":
                step |= {"status": "running", "started": event["time"]}
            case "step_log":
                step["last_log"] = str(event.get("message"))[:_LONGEST]
            case "step_done":
                cached = bool(event.get("cached"))
                step |= {
                    "status": "cached" if cached else "done",
                    "reason": event.get("reason"),
                    "ended": event["time"],
                }
                self.progressed = self.progressed or not cached
                facts = event.get("facts") or {}
                if name == "asr":
                    self.language = str(facts.get("language") or self.language)
                if name == "demux":
                    self.seconds = float(facts.get("seconds") or self.seconds)
            case "step_failed" | "step_skipped":
                step |= {
                    "status": kind.removeprefix("step_"),
                    "reason": event.get("reason"),
                    "ended": event["time"],
                }
            case "step_fell_back":
                step["fallbacks"] = [*step.get("fallbacks", ()), event.get("note")]

    @property
    def fraction(self) -> float:
        """The share of the work that is done, 0 to 1; by rough weights."""
        total = done = 0.0
        for name, step in self.steps.items():
            if step.get("status") == "off":
                continue
            weight = _WEIGHTS.get(name.partition("-")[0], 1.0)
            total += weight
            if step.get("status") in _ENDED:
                done += weight
            elif step.get("status") == "running" and step.get("total"):
                done += weight * min(step["done"] / step["total"], 1.0)
        return done / total if total else 0.0

    def summary(self) -> dict[str, Any]:
        """What the queue keeps when the job has ended."""
        gone = {"phase", "done", "total", "unit", "rss", "last_log", "waits_for"}
        steps = {
            name: {key: value for key, value in step.items() if key not in gone}
            for name, step in self.steps.items()
        }
        return {"title": self.title, "seconds": self.seconds, "language": self.language, "steps": steps}

    def degraded(self) -> list[str]:
        """Why the result is less than was asked for."""
        return [f"{name}: {why}" for name, step in self.steps.items() for why in step.get("degraded") or ()]

    def failure(self) -> dict[str, Any]:
        """The first stage that failed, as a problem."""
        for name, step in self.steps.items():
            if error := step.get("error"):
                category = str(error.get("category") or "")
                return {
                    "message": f"{name}: {error.get('message', '')}",
                    "hint": error.get("hint", ""),
                    "status": STATUS_OF_CATEGORY.get(category, FAILED),
                    "category": category,
                    "log": error.get("log", ""),
                }
        return {
            "message": "a stage failed",
            "hint": "see the log of its run: orchestrator runs ls",
            "status": FAILED,
        }
