"""The time of every word in whole milliseconds, also of those that have none."""

from __future__ import annotations

from collections.abc import Sequence

from ipc.rows import SegmentRow, WordRow
from stage_runners.text.word_times import places


def spans(words: Sequence[WordRow], segments: Sequence[SegmentRow]) -> list[tuple[int, int]]:
    """Start and end of every word: its own, or the place between its neighbours.

    A word with times keeps them exactly, also where a later segment begins before an earlier one ends.
    """
    return [
        (round(start * 1000), max(round(start * 1000), round(end * 1000)))
        for start, end in (
            (word["start"], word["end"])
            if word["start"] is not None and word["end"] is not None
            else (place.start, place.end)
            for word, place in zip(words, places(words, segments), strict=True)
        )
    ]
