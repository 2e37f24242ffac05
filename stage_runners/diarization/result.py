"""What every method of diarization gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Turn:
    """Seconds of one person's speech; `confidence` in 0..1, None where nothing measures it."""

    start: float
    end: float
    speaker: str
    confidence: float | None = None


@dataclass(frozen=True)
class Diarization:
    """Turns by start, who overlaps or not, and a voice for each of `speakers`.

    `vectors` (speakers, size) have unit length; `seconds` is how much clean speech stands behind each.
    """

    turns: Sequence[Turn]
    exclusive: Sequence[Turn]
    speakers: Sequence[str]
    vectors: Any
    seconds: Sequence[float]
