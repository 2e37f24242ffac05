"""The language of a transcript."""

from __future__ import annotations

from collections.abc import Sequence

from ipc.rows import SegmentRow

UNDETERMINED = "und"


def language_of(segments: Sequence[SegmentRow]) -> str:
    """The language that is spoken longest; `und` without speech."""
    seconds: dict[str, float] = {}
    for segment in segments:
        code = segment["language"]
        seconds[code] = seconds.get(code, 0.0) + segment["end"] - segment["start"]
    return max(sorted(seconds), key=lambda code: seconds[code]) if seconds else UNDETERMINED
