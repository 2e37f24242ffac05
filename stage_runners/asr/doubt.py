"""A row of the table `doubts`: text or speech that needs review."""

from __future__ import annotations

from dataclasses import dataclass

from stage_runners.asr.segments import Line, Span

VERDICTS = ("dropped", "flagged", "recovered", "empty")


@dataclass(frozen=True)
class Doubt:
    """Text that was dropped or flagged, or speech that was recovered or has no text.

    `line` is the line it is about, if that line is written; it gives the segment's id.
    """

    span: Span
    verdict: str
    text: str
    reasons: tuple[str, ...]
    score: float
    line: Line | None = None
