"""Text that comes again and again: within a segment, and across segments."""

from __future__ import annotations

from collections.abc import Sequence

from stage_runners.asr.segments import plain
from stage_runners.text.repetition import loop

NEAR = 8
"""Segments before and behind one among which the same text is looked for: a network that is stuck stays so for a while."""
_LONG = 12
"""Letters from which a line is seldom said twice in a row; shorter ones (`Yes.`, `I know.`) are."""


def share_looped(text: str) -> float:
    """The share of a text that is a phrase's second, third, ... time in a row, from 0 to 1; 0 where it comes too seldom to be a loop.

    How often is too often depends on the phrase's length: see `text.repetition.loop`.
    """
    found = loop(text)
    if not found:
        return 0.0
    _, size, times = found
    letters = max(1, len(text.split()) if " " in text.strip() else len(plain(text)))
    return min(1.0, size * (times - 1) / letters)


def times_said(texts: Sequence[str]) -> list[int]:
    """For each segment how many of its `NEAR` neighbours on either side and itself say the very same; at least 1."""
    said = [plain(text) for text in texts]
    return [
        sum(other == own for other in said[max(0, k - NEAR) : k + NEAR + 1]) if own else 1
        for k, own in enumerate(said)
    ]


def enough(text: str) -> int:
    """How many times a text of this length may be said by so many neighbours before it looks stuck."""
    return 3 if len(plain(text)) >= _LONG else 6
