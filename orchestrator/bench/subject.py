"""What is measured: a program that runs on a film, and a workplace in which it leaves nothing behind."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from orchestrator.bench.measure import Gauge
from orchestrator.bench.results import RunUse

_OURS = "orchestrator: "
_ERROR = re.compile(rf"({_OURS}|[\w.]*(Error|Exception)\b)")
_LONGEST = 200
"""Characters of a reason."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """The folder for films, homes and logs; the gauge; and the options of `run` that were given."""

    folder: Path
    gauge: Gauge
    options: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What our first run on the shortest film used, which the other programs are given too.

    `model` is the name of the recogniser's model, `language` the source language, `devices` those of stages.
    """

    model: str = ""
    language: str = ""
    devices: tuple[str, ...] = field(default=())
    threads: int = 0


class Subject(Protocol):
    """A program to measure. `name` is its key, `about` what it does."""

    name: str
    about: str

    def missing(self, facts: Facts) -> str:
        """Why it cannot run here; empty if it can. Called once, before its first run."""
        ...

    def version(self) -> str:
        """Its version; empty if unknown."""
        ...

    def run(self, film: Path, bench: Bench) -> RunUse:
        """Run on a film, with no result from before, and measure it."""
        ...


def tail(log: Path) -> str:
    """The reason of a failure, from a log: its last line with an error's name, or else its last line."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if _ERROR.match(line)]
    last = next(reversed(errors or lines), "").removeprefix(_OURS)
    return last if len(last) <= _LONGEST else f"{last[:_LONGEST]}..."
