"""From clusters of pieces to turns: names in each window, activity over the film, turns in seconds. Numpy and scipy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stage_runners.diarization_pieces import Pieces
from stage_runners.regions import drop_short, fill_gaps, spans_of
from stage_runners.segmentation import SPEAKERS, Scores, overlap_add


@dataclass(frozen=True)
class FrameTurn:
    """Somebody speaks from frame `first` to the frame before `last`."""

    first: int
    last: int
    speaker: int


def name_windows(
    scores: Scores, pieces: Pieces, vectors: NDArray[np.float32], centroids: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Which cluster each local speaker of each window is, -1 for nobody known; of shape (windows, 3).

    The assignment that makes the cosines of a local speaker's pieces to the centroids largest, weighted by length,
    where no two local speakers of a window may be the same person (Hungarian algorithm). Pieces without a voice
    (NaN) say nothing.
    """
    from scipy.optimize import linear_sum_assignment

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
        rows, columns = linear_sum_assignment(-evidence[window, known])
        names[window, known[rows]] = columns
    return names


def activity(
    scores: Scores, names: NDArray[np.int64], count: NDArray[np.int64], speakers: int
) -> NDArray[np.bool_]:
    """Who speaks in each frame, of shape (frames, speakers): the `count` most active ones, as pyannote reconstructs.

    Activity is the sum over windows of the hard decision, ties are broken by the network's probability; somebody
    whom no window hears is never chosen. Works on a stretch of film at a time: only the result grows with length.
    """
    result = np.zeros((scores.frames, speakers), bool)
    for first, last, windows in scores.blocks():
        votes = scores.active(windows) + 0.01 * scores.soft(windows)
        clustered = np.zeros((*votes.shape[:2], speakers), np.float32)
        for row, named in enumerate(names[windows]):
            for local, cluster in enumerate(named):
                if cluster >= 0:
                    clustered[row, :, cluster] = np.maximum(clustered[row, :, cluster], votes[row, :, local])
        total, _ = overlap_add(scores.starts[windows], clustered, first, last)
        order = np.argsort(-total, axis=1, kind="stable")
        for rank in range(min(speakers, int(count[first:last].max(initial=0)))):
            chosen = order[:, rank]
            rows = np.arange(last - first)
            heard = (count[first:last] > rank) & (total[rows, chosen] > 0.5)
            result[first + rows[heard], chosen[heard]] = True
    return result


def turns_of(active: NDArray[np.bool_], shortest: int = 0, gap: int = 0) -> list[FrameTurn]:
    """Turns by start: gaps under `gap` frames inside one person's speech closed, turns under `shortest` dropped."""
    turns = []
    for speaker in range(active.shape[1]):
        spans = drop_short(fill_gaps(spans_of(active[:, speaker]), gap), shortest)
        turns += [FrameTurn(int(first), int(last), speaker) for first, last in spans]
    return sorted(turns, key=lambda turn: (turn.first, turn.last, turn.speaker))


def by_appearance(turns: Sequence[FrameTurn]) -> list[int]:
    """The speakers in the order in which they are first heard."""
    return list(dict.fromkeys(turn.speaker for turn in turns))
