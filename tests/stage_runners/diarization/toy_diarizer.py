"""A diarizer that gives each region of speech to the next of two speakers."""

from __future__ import annotations

from itertools import cycle

import numpy as np

from stage_runners.diarization.diarizer import Diarization, Turn

FAMILIES = ("toy",)
DEVICES = frozenset({"cpu"})


def load(params, device):
    return Toy()


class Toy:
    """See `stage_runners.diarization.diarizer.Diarizer`."""

    method = "by turns"

    def diarize(self, film, limits, batch_size, context):
        names = [f"SPEAKER_{number:02d}" for number in range(limits.most or 2)]
        turns = [Turn(*span, name) for span, name in zip(film.speech().tolist(), cycle(names), strict=False)]
        return Diarization(turns, turns, names, np.eye(len(names), dtype=np.float32), [1.0] * len(names))
