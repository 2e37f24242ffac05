"""When forced alignment is to be believed.

With all beams open an aligner always finds a path, also for words that nobody says. What gives it away is the
sound: every frame is scored against the best of all the model's sounds, and words at a wrong place score far worse
than right ones. A word alone is a weak witness (short words fit nearly anywhere), its neighbourhood is a strong one.
benchmarks/alignment_trust.py measures it: read sentences against shuffled transcripts and music.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

_NEIGHBOURS = 2
"""Words on either side that count into a word's score."""
ALONE = -6.0
"""Nats a frame that a word's neighbourhood needs when attention says something else."""
AGREED = -8.0
"""Nats a frame that it needs when attention puts the word at the same place: noise and music lower the score."""
_NEAR = 0.3
"""Seconds between two methods that mean the same place."""
_SLOPE = 1.0


class Sound(NamedTuple):
    """What an aligner heard for a word: seconds, frames, and nats over all its frames."""

    start: float
    end: float
    nats: float
    frames: int


def neighbourhood(sounds: Sequence[Sound | None]) -> list[float]:
    """Nats a frame of each word and its neighbours; minus infinity for a word without sound."""
    result = []
    for index, sound in enumerate(sounds):
        near = [s for s in sounds[max(0, index - _NEIGHBOURS) : index + _NEIGHBOURS + 1] if s is not None]
        if sound is None:
            result.append(-math.inf)
        else:
            result.append(sum(s.nats for s in near) / max(1, sum(s.frames for s in near)))
    return result


def trusted(nats: float, start: float, second_opinion: float | None) -> bool:
    """Whether a word found at `start` with `nats` a frame is to be believed; `second_opinion` is its attention time."""
    agreed = second_opinion is not None and abs(start - second_opinion) <= _NEAR
    return nats >= (AGREED if agreed else ALONE)


def score(nats: float) -> float:
    """Nats a frame as a figure in 0..1, one half at the threshold."""
    return 1.0 / (1.0 + math.exp(min(50.0, -_SLOPE * (nats - ALONE))))
