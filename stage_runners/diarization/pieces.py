"""Divides speech into pieces of one speaker, by the segmentation network's scores."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stage_runners.diarization.thresholds import PIECES
from stage_runners.vad.frame_scores import FRAME, MEMBERS, Scores, overlap_add
from stage_runners.vad.regions import spans_of

LENGTH = round(PIECES.length / FRAME)
"""Frames of a piece."""
HOP = LENGTH // 2
SHORTEST = round(PIECES.shortest / FRAME)


@dataclass(frozen=True)
class Pieces:
    """`spans` (n, 2) in frames of the film, and rows (window, local speaker, piece).

    `windows`, `locals` and `pieces` are the columns of those rows: in this window, this local speaker talks
    in this piece.
    """

    spans: NDArray[np.int64]
    windows: NDArray[np.int64]
    locals: NDArray[np.int64]
    pieces: NDArray[np.int64]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Frames of each piece."""
        lengths: NDArray[np.int64] = self.spans[:, 1] - self.spans[:, 0]
        return lengths


def cut(scores: Scores, count: NDArray[np.int64] | None = None) -> Pieces:
    """Divide the speech of one speaker into pieces of 1.5 s at most, never across a speaker change."""
    spans = [
        (int(first), int(last))
        for run in _runs(scores, count)
        for first, last in _cuts(int(run[0]), int(run[1]))
    ]
    found = np.array(spans, np.int64).reshape(-1, 2)
    return Pieces(found, *_owners(scores, found))


def _runs(scores: Scores, speakers: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """Spans in which one speaker talks, and few windows detect a speaker change."""
    single = np.zeros(scores.frames, bool)
    changes = np.zeros(scores.frames, bool)
    for first, last, windows in scores.blocks():
        active = scores.active(windows)
        alone = active.sum(-1) == 1
        count, cover = overlap_add(
            scores.starts[windows], np.stack([alone, _changed(active)], -1).astype(np.float32), first, last
        )
        half = np.maximum(cover, 1) * PIECES.alone
        single[first:last] = count[:, 0] > half
        changes[first:last] = count[:, 1] >= half
    if speakers is not None:
        single &= speakers == 1
    runs = []
    for first, last in spans_of(single):
        marks = first + 1 + np.flatnonzero(changes[first + 1 : last])
        edges = [first, *marks, last]
        runs += [(a, b) for a, b in pairwise(edges) if b - a >= SHORTEST]
    return np.array(runs, np.int64).reshape(-1, 2)


def _changed(active: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Frames at which one speaker starts and another one stops."""
    changed = np.zeros(active.shape[:2], bool)
    before, after = active[:, :-1], active[:, 1:]
    changed[:, 1:] = (before & ~after).any(-1) & (after & ~before).any(-1)
    return changed


def _cuts(first: int, last: int) -> list[tuple[int, int]]:
    length = last - first
    if length <= LENGTH:
        return [(first, last)]
    count = 1 + -(-(length - LENGTH) // HOP)
    starts = first + np.round(np.linspace(0, length - LENGTH, count)).astype(int)
    return [(int(start), int(start) + LENGTH) for start in starts]


def _owners(scores: Scores, spans: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """The local speaker who talks most, for each window and piece with at least half of the piece inside."""
    rows: list[tuple[int, int, int]] = []
    size = scores.values.shape[1]
    middle = spans.mean(axis=1)
    for window, start in enumerate(scores.starts):
        inside = np.arange(*np.searchsorted(middle, (start, start + size)))
        if not len(inside):
            continue
        talk = np.concatenate([np.zeros((1, MEMBERS.shape[1])), np.cumsum(scores.active(window), axis=0)])
        low = np.clip(spans[inside, 0] - start, 0, size)
        high = np.clip(spans[inside, 1] - start, 0, size)
        share = (talk[high] - talk[low]) / np.maximum(high - low, 1)[:, None]
        for piece, shares in zip(inside, share, strict=True):
            speaker = int(np.argmax(shares))
            if shares[speaker] > PIECES.talks:
                rows.append((window, speaker, int(piece)))
    table = np.array(rows, np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]
