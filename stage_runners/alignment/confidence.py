"""Decides whether the times of forced alignment can be trusted.

With all beams open, an aligner always finds a path, even for words that were not spoken. The sound reveals
such words: every frame is scored against the best of the model's sounds, and words at a wrong time score far
worse. One word is weak evidence (short words match nearly anywhere), its neighbourhood is strong evidence.
benchmarks/alignment_trust.py measures it on read sentences, shuffled transcripts and music.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from stage_runners.alignment.thresholds import TRUST


class Sound(NamedTuple):
    """An aligned word: its seconds, frames, and nats over all its frames."""

    start: float
    end: float
    nats: float
    frames: int


def neighbourhood(sounds: Sequence[Sound | None]) -> list[float]:
    """Nats per frame of each word and its neighbours; minus infinity for a word without sound."""
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
    """Whether to trust a word aligned at `start` with `nats` per frame, given the recogniser's time."""
    agreed = second_opinion is not None and abs(start - second_opinion) <= TRUST.near
    return nats >= (TRUST.agreed if agreed else TRUST.alone)


def score(nats: float) -> float:
    """Nats per frame as a number from 0 to 1, with 0.5 at the threshold."""
    return 1.0 / (1.0 + math.exp(min(50.0, -TRUST.slope * (nats - TRUST.alone))))
