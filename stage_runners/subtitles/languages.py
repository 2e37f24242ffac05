"""The language of a transcript."""

from __future__ import annotations

from collections.abc import Sequence

from ipc.rows import SegmentRow
from stage_runners.text.iso639 import language

UNDETERMINED = "und"


def language_of(segments: Sequence[SegmentRow], asked: str | None = None) -> str:
    """The language that is spoken longest; without speech the one that was `asked` for, else `und`."""
    seconds: dict[str, float] = {}
    for segment in segments:
        code = segment["language"]
        seconds[code] = seconds.get(code, 0.0) + segment["end"] - segment["start"]
    if not seconds:
        return language(asked).code if asked else UNDETERMINED
    return max(sorted(seconds), key=lambda code: seconds[code])
