"""One doubt about what was recognised."""

from __future__ import annotations

from dataclasses import dataclass

from stage_runners.asr.segments import Line, Span

VERDICTS = ("dropped", "flagged", "recovered", "empty")


@dataclass(frozen=True)
class Doubt:
    """A row of the table `doubts`.

    `line` is what it is about where that is kept, and gives the segment's id.
    """

    span: Span
    verdict: str
    text: str
    reasons: tuple[str, ...]
    score: float
    line: Line | None = None
