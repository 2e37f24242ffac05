"""The language of a transcript."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

UNDETERMINED = "und"


def language_of(segments: Sequence[Mapping[str, Any]]) -> str:
    """The language that is spoken longest; `und` where nothing is."""
    seconds: dict[str, float] = {}
    for segment in segments:
        code = segment["language"]
        seconds[code] = seconds.get(code, 0.0) + segment["end"] - segment["start"]
    return max(sorted(seconds), key=lambda code: seconds[code]) if seconds else UNDETERMINED
