"""Text that comes again and again: within a segment, and across segments."""

from __future__ import annotations

from collections.abc import Sequence

from stage_runners.asr.segments import plain
from stage_runners.asr.thresholds import REPETITION
from stage_runners.text.repetition import loop


def share_looped(text: str) -> float:
    """The share of a text that repeats the phrase before it, from 0 to 1.

    0 where that is too seldom for a loop.

    time in a row, from 0 to 1; 0 where it comes too seldom to be a loop.

    How often is too often depends on the phrase's length: see `text.repetition.loop`.
    """
    found = loop(text)
    if not found:
        return 0.0
    _, size, times = found
    letters = max(1, len(text.split()) if " " in text.strip() else len(plain(text)))
    return min(1.0, size * (times - 1) / letters)


def times_said(texts: Sequence[str]) -> list[int]:
    """For each segment, how many of its neighbours on either side and itself have the very same text.

    At least 1.
    """
    plain_texts = [plain(text) for text in texts]
    near = REPETITION.neighbours
    return [
        sum(other == own for other in plain_texts[max(0, k - near) : k + near + 1]) if own else 1
        for k, own in enumerate(plain_texts)
    ]


def enough(text: str) -> int:
    """How many times a text of this length may be said by so many neighbours before it looks stuck."""
    long = len(plain(text)) >= REPETITION.long
    return REPETITION.often if long else REPETITION.often_short
