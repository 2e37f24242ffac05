"""When forced alignment is to be believed.

With all beams open an aligner always finds a path, also for words that nobody says. What gives it away is the
sound: every frame is scored against the best of all the model's sounds, and words at a wrong place score far
worse than right ones. A word alone is a weak witness (short words fit nearly anywhere), its neighbourhood is
a strong one. benchmarks/alignment_trust.py measures it: read sentences against shuffled transcripts and
music.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from stage_runners.alignment.thresholds import TRUST


class Sound(NamedTuple):
    """What an aligner made of a word: seconds, frames, and nats over all its frames."""

    start: float
    end: float
    nats: float
    frames: int


def neighbourhood(sounds: Sequence[Sound | None]) -> list[float]:
    """Nats a frame of each word and its neighbours; minus infinity for a word without sound."""
    result = []
    for index, sound in enumerate(sounds):
        around = sounds[max(0, index - TRUST.neighbours) : index + TRUST.neighbours + 1]
        near = [one for one in around if one is not None]
        if sound is None:
            result.append(-math.inf)
        else:
            result.append(sum(s.nats for s in near) / max(1, sum(s.frames for s in near)))
    return result


def trusted(nats: float, start: float, second_opinion: float | None) -> bool:
    """Whether a word found at `start` with `nats` a frame is to be believed.

    `second_opinion` is the recogniser's time.
    """
    agreed = second_opinion is not None and abs(start - second_opinion) <= TRUST.near
    return nats >= (TRUST.agreed if agreed else TRUST.alone)


def score(nats: float) -> float:
    """Nats a frame as a figure in 0..1, one half at the threshold."""
    return 1.0 / (1.0 + math.exp(min(50.0, -TRUST.slope * (nats - TRUST.alone))))
