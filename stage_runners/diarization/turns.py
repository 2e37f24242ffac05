"""From clusters of pieces to turns: names in each window, activity over the film, turns in frames.

Numpy only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from stage_runners.diarization.pieces import LENGTH, Pieces
from stage_runners.diarization.thresholds import TURNS
from stage_runners.vad.frame_scores import FRAME, SPEAKERS, Scores, overlap_add
from stage_runners.vad.regions import drop_short, fill_gaps, spans_of


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

    The assignment that makes the cosines of a local speaker's pieces to the centroids largest, weighted by
    length, where no two local speakers of a window may be the same person (what the Hungarian algorithm
    finds). Pieces without a voice (NaN) say nothing.
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
    return names


def _assigned(evidence: NDArray[np.float64]) -> list[int]:
    """The column of each row (at most 3 of them) so that their sum is largest and none is taken twice.

    -1 for none.

    No row can do without one of its best three columns, so only those are tried.
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


def activity(scores: Scores, names: NDArray[np.int64], speakers: int) -> NDArray[np.float32]:
    """How active each speaker is in each frame, of shape (frames, speakers).

    The mean of their probability over windows.

    Where a window has a clear decision it counts a hundred times the probability, as in pyannote's
    reconstruction; the probability decides where no window hears anybody. Only the result grows with the
    length of the film.
    """
    result = np.zeros((scores.frames, speakers), np.float32)
    for first, last, windows in scores.blocks():
        votes = scores.active(windows) + TURNS.soft * scores.soft(windows)
        clustered = np.zeros((*votes.shape[:2], speakers), np.float32)
        for row, named in enumerate(names[windows]):
            for local in np.flatnonzero(named >= 0):
                clustered[row, :, named[local]] = votes[row, :, local]
        total, cover = overlap_add(scores.starts[windows], clustered, first, last)
        result[first:last] = total / np.maximum(cover, 1)[:, None]
    return result


def heed_voices(
    active: NDArray[np.float32], count: NDArray[np.int64], pieces: Pieces, cosines: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Correct `active` (frames, speakers) where one person speaks and the voice contradicts the windows.

    The segmentation network sometimes takes two people of a window for one, where they speak one after the
    other. A stretch of some length (`TURNS.heed`) with one and the same speaker is given to whom its own
    pieces are nearest, unless the margin is small (`TURNS.trust`). On mixes of known voices this nearly
    halved the confusion.
    """
    result = active.copy()
    top = np.where(count == 1, np.argmax(active, axis=1), -1) if active.shape[1] else np.full(len(active), -1)
    edges = np.flatnonzero(np.diff(np.concatenate([[-2], top, [-2]])))
    order = np.argsort(pieces.spans[:, 0], kind="stable")
    starts = pieces.spans[order, 0]
    for first, last in pairwise(edges):
        if top[first] < 0 or last - first < round(TURNS.heed / FRAME):
            continue
        low, high = np.searchsorted(starts, (first - LENGTH, last))
        near = order[low:high]
        inside = np.minimum(pieces.spans[near, 1], last) - np.maximum(pieces.spans[near, 0], first)
        own = near[(inside >= TURNS.inside * pieces.lengths[near]) & np.isfinite(cosines[near]).all(axis=1)]
        if not len(own):
            continue
        voice = np.average(cosines[own], axis=0, weights=pieces.lengths[own])
        said = active[first:last].mean(axis=0)
        best = int(np.argmax(voice + TURNS.trust * said / max(float(said.sum()), 1e-6)))
        result[first:last, best] = active[first:last].max(axis=1) + 1
    return result


def decide(active: NDArray[np.float32], count: NDArray[np.int64]) -> NDArray[np.bool_]:
    """The `count` most active speakers of each frame, of shape (frames, speakers).

    Nobody whom no window names.

    A second speaker also has to be heard by some window: a count is no reason to name somebody who is silent.
    """
    result = np.zeros(active.shape, bool)
    if not active.shape[1]:
        return result
    order = np.argsort(-active, axis=1, kind="stable")
    rows = np.arange(len(active))
    for rank in range(min(active.shape[1], int(count.max(initial=0)))):
        chosen = order[:, rank]
        heard = (count > rank) & (active[rows, chosen] > (TURNS.active if rank == 0 else TURNS.second_active))
        result[rows[heard], chosen[heard]] = True
    return result


def turns_of(active: NDArray[np.bool_], shortest: int = 0, gap: int = 0) -> list[FrameTurn]:
    """Turns by start: one person's gaps under `gap` frames closed, turns under `shortest` dropped."""
    turns = []
    for speaker in range(active.shape[1]):
        spans = drop_short(fill_gaps(spans_of(active[:, speaker]), gap), shortest)
        turns += [FrameTurn(int(first), int(last), speaker) for first, last in spans]
    return sorted(turns, key=lambda turn: (turn.first, turn.last, turn.speaker))


def by_appearance(turns: Sequence[FrameTurn]) -> list[int]:
    """The speakers in the order in which they are first heard."""
    return list(dict.fromkeys(turn.speaker for turn in turns))
