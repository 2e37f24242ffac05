"""Spans of frames from frame scores: hysteresis, gaps, lengths, and operations on sets.

Frames are numbered from 0; a span is a pair (first frame, frame after the last). Numpy only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Spans = NDArray[np.int64]
"""Of shape (n, 2), sorted, without overlap."""


def spans_of(active: NDArray[np.bool_]) -> Spans:
    """The runs of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], active.astype(np.int8), [0]])))
    return edges.reshape(-1, 2).astype(np.int64)


def mask_of(spans: Spans, frames: int) -> NDArray[np.bool_]:
    """True inside the spans, of shape (frames,)."""
    steps = np.zeros(frames + 1, np.int32)
    np.add.at(steps, np.clip(spans[:, 0], 0, frames), 1)
    np.add.at(steps, np.clip(spans[:, 1], 0, frames), -1)
    return np.cumsum(steps[:-1]) > 0


def hysteresis(scores: NDArray[Any], onset: float, offset: float) -> Spans:
    """Runs of scores of at least `offset` that reach `onset`.

    A run includes its quiet beginning, because the rule is the same forwards and backwards; so speech that
    fades in is not cut at its start.
    """
    spans = spans_of(scores >= offset)
    loud = np.concatenate([[0], np.cumsum(scores >= onset)])
    return spans[loud[spans[:, 1]] > loud[spans[:, 0]]]


def fill_gaps(spans: Spans, frames: int) -> Spans:
    """Join neighbours whose gap is shorter than `frames`."""
    if len(spans) < 2:
        return spans
    apart = spans[1:, 0] - spans[:-1, 1] >= frames
    return np.stack(
        [spans[np.concatenate([[True], apart]), 0], spans[np.concatenate([apart, [True]]), 1]], axis=1
    )


def drop_short(spans: Spans, frames: int) -> Spans:
    """The spans of at least `frames`."""
    return spans[spans[:, 1] - spans[:, 0] >= frames]


def pad(spans: Spans, frames: int, total: int) -> Spans:
    """Each span extended by `frames` on both sides, within 0..total; spans that then touch are joined."""
    wider = np.stack([np.maximum(spans[:, 0] - frames, 0), np.minimum(spans[:, 1] + frames, total)], axis=1)
    return fill_gaps(wider, 1)


def means(scores: NDArray[Any], spans: Spans) -> NDArray[np.float64]:
    """Mean score of each span."""
    sums = np.concatenate([[0.0], np.cumsum(scores, dtype=np.float64)])
    found: NDArray[np.float64] = (sums[spans[:, 1]] - sums[spans[:, 0]]) / np.maximum(
        spans[:, 1] - spans[:, 0], 1
    )
    return found


def touching(spans: Spans, others: Sequence[tuple[float, float]] | NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each span overlaps any of `others` (sorted, without overlap)."""
    other = np.asarray(others, float).reshape(-1, 2)
    if not len(other):
        return np.zeros(len(spans), bool)
    after = np.searchsorted(other[:, 1], spans[:, 0], side="right")
    inside = after < len(other)
    found: NDArray[np.bool_] = inside & (other[np.minimum(after, len(other) - 1), 0] < spans[:, 1])
    return found
