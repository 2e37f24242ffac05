"""Whether two tracks have the same sound: then nobody can be heard apart in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from stage_runners.untangling.pieces import Turn
from stage_runners.untangling.thresholds import APART


def alike(one: NDArray[np.int16], other: NDArray[np.int16], rate: int) -> bool:
    """Whether two pieces of PCM, of shape (n,), are nearly the same, apart from loudness and a short delay.

    They are compared by their highest normalised cross-correlation, frame by frame, because where one person
    is silent for a moment, both tracks have the other. Two voices that leak into each other's microphone do
    not reach it: each is late in the other track.
    """
    size = min(round(APART.frame_s * rate), len(one), len(other))
    count = min(len(one), len(other), round(APART.most_s * rate)) // size if size else 0
    if not count:
        return False
    a, b = (piece[: count * size].reshape(count, size).astype(np.float64) for piece in (one, other))
    levels = [np.linalg.norm(frames, axis=1) for frames in (a, b)]
    least = 10 ** (-APART.quiet_db / 20)
    loud = np.logical_and(*(level > least * level.max() for level in levels))
    if not loud.any():
        return False
    width = 1 << (2 * size - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(a[loud], width) * np.conj(np.fft.rfft(b[loud], width)), width)
    late = min(round(APART.late_s * rate), size - 1)
    near = np.abs(np.concatenate([product[:, : late + 1], product[:, width - late :]], axis=1)).max(axis=1)
    differ = near < APART.alike * (levels[0] * levels[1])[loud]
    return int(differ.sum()) < min(APART.fewest, count) or float(differ.mean()) < APART.different


class Likeness:
    """Whether the tracks of two speakers have the same sound while both have a turn.

    `own` are the speakers' tracks, PCM of shape (n,) at `rate` Hz. Two tracks that had the same sound for
    long are not compared any more: in three hours with four equal tracks, that saves nearly all of the work.
    """

    def __init__(self, own: Mapping[str, NDArray[np.int16]], rate: int) -> None:
        self._own, self._rate = own, rate
        self._same: dict[frozenset[str], float] = defaultdict(float)
        """The seconds with the same sound so far; below 0 once another was heard."""

    def __call__(self, one: Turn, other: Turn) -> bool:
        """Whether it is the same sound where both turns are."""
        pair = frozenset((one.speaker, other.speaker))
        if self._same[pair] >= APART.enough_s:
            return True
        start, end = max(one.start, other.start), min(one.end, other.end)
        place = slice(round(start * self._rate), round(end * self._rate))
        if not alike(self._own[one.speaker][place], self._own[other.speaker][place], self._rate):
            self._same[pair] = -np.inf
            return False
        self._same[pair] += min(end - start, APART.most_s)
        return True
