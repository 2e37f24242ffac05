"""Finds who the local speakers of each window are. Numpy only."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from stage_runners.diarization.pieces import Pieces
from stage_runners.diarization.thresholds import TURNS
from stage_runners.vad.frame_scores import SPEAKERS, STEP_FRAMES, WINDOW_FRAMES, Scores

_NEIGHBOURS = (WINDOW_FRAMES - 1) // STEP_FRAMES
"""Windows on each side that overlap one."""


def name_windows(
    scores: Scores, pieces: Pieces, vectors: NDArray[np.float32], centroids: NDArray[np.float32]
) -> NDArray[np.int64]:
    """The cluster of each local speaker of each window, -1 if unknown; of shape (windows, 3).

    The assignment maximises the cosines of a local speaker's pieces to the centroids, weighted by length; two
    local speakers of a window are never the same (as in the Hungarian algorithm). Pieces without a voice
    (NaN) do not count. A local speaker without pieces, who talks at the same time as others only, has the
    name of the one who talks in the same frames of a neighbouring window.
    """
    names = np.full((len(scores.starts), SPEAKERS), -1, np.int64)
    if not len(centroids):
        return names
    cosines = vectors @ centroids.T
    heard = np.isfinite(cosines).all(axis=1)
    weight = np.zeros((len(scores.starts), SPEAKERS))
    evidence = np.zeros((len(scores.starts), SPEAKERS, len(centroids)))
    use = heard[pieces.pieces]
    where = pieces.windows[use], pieces.locals[use]
    length = pieces.lengths[pieces.pieces[use]]
    np.add.at(weight, where, length)
    np.add.at(evidence, where, length[:, None] * cosines[pieces.pieces[use]])
    for window in np.flatnonzero(weight.any(axis=1)):
        known = np.flatnonzero(weight[window])
        names[window, known] = _assigned(evidence[window, known])
    _carry(scores, names)
    return names


def _assigned(evidence: NDArray[np.float64]) -> list[int]:
    """The column of each row (at most 3 rows) with the largest sum, each column at most once; -1 for none.

    Only the best three columns of each row are tried, because others cannot be optimal.
    """
    best: tuple[float, list[int]] = (-np.inf, [-1] * len(evidence))
    choices = [[*np.argsort(-row, kind="stable")[: len(evidence)].tolist(), -1] for row in evidence]
    for chosen in product(*choices):
        taken = [column for column in chosen if column >= 0]
        if len(set(taken)) < len(taken) or len(taken) < min(evidence.shape):
            continue
        total = sum(float(evidence[row, column]) for row, column in enumerate(chosen) if column >= 0)
        if total > best[0]:
            best = (total, list(chosen))
    return best[1]


def _carry(scores: Scores, names: NDArray[np.int64]) -> None:
    """Name unknown local speakers in place by the windows that overlap theirs, forwards and backwards."""
    blocks = [slice(first, first + 256) for first in range(0, len(names), 256)]
    talk = np.concatenate([scores.active(block).any(axis=1) for block in blocks])
    unknown = np.flatnonzero((talk & (names < 0)).any(axis=1))
    for window in (*unknown, *unknown[::-1]):
        low, high = max(0, window - _NEIGHBOURS), min(len(names), window + _NEIGHBOURS + 1)
        active, starts = scores.active(slice(low, high)), scores.starts[low:high]
        own = active[window - low]
        for local in np.flatnonzero((names[window] < 0) & talk[window]):
            found = (TURNS.same_frames, -1)
            for other in (*range(low, window), *range(window + 1, high)):
                shift = int(starts[other - low] - starts[window - low])
                here = own[max(shift, 0) : len(own) + min(shift, 0), local]
                there = active[other - low, max(-shift, 0) : len(own) - max(shift, 0)]
                either = np.maximum((here[:, None] | there).sum(axis=0), 1)
                shares = (here[:, None] & there).sum(axis=0) / either
                shares[(names[other] < 0) | np.isin(names[other], names[window])] = 0
                best = int(np.argmax(shares))
                found = max(found, (float(shares[best]), int(names[other, best])), key=lambda one: one[0])
            names[window, local] = found[1]
