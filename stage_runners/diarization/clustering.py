"""Clusters voice embeddings into speakers: average linkage into too many groups, then merging by likeness.

The merging decides the number of speakers. Two groups are one speaker if the mean cosine between them is as
large as within them. The measure is that mean divided by the geometric mean of the two within-group means,
without pairs that share audio. It is 1 for one voice in any recording, whereas a plain threshold on cosines
depends on noise, language and length (within one speaker the mean cosine is .36 in a noisy dubbed film and
.66 in clean read speech). In films, meetings, telephone calls and mixes of 1 to 33 voices, different speakers
stayed under .57, two halves of one speaker's speech were over .82, and the thresholds .6, .65 and .7 differed
by at most two voices in a film.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stage_runners.diarization.thresholds import CLUSTERING
from stage_runners.vad.frame_scores import FRAME

Labels = NDArray[np.int64]
Vectors = NDArray[np.float32]


def cluster(vectors: Vectors, spans: NDArray[np.int64], least: int = 1, most: int | None = None) -> Labels:
    """Speaker numbers of unit `vectors` (n, size) whose pieces cover the frames `spans` (n, 2), by time.

    There are at most `most` speakers, and at least `least` if there are enough pieces. Time and memory grow
    with n; distance matrices are limited to blocks of fixed size.
    """
    if not len(vectors):
        return np.zeros(0, np.int64)
    labels = np.zeros(len(vectors), np.int64)
    count = 0
    for first in range(0, len(vectors), CLUSTERING.block):
        block = slice(first, first + CLUSTERING.block)
        groups = _alike(vectors[block], 2 * least if least > 1 else 1)
        if least == 1:
            groups = absorb(vectors[block], groups, np.bincount(groups) < CLUSTERING.smallest)
        if len(vectors) > CLUSTERING.block:
            groups = merge(vectors[block], spans[block], groups, 1, None)
        labels[block] = groups + count
        count += int(groups.max()) + 1
    labels = merge(vectors, spans, labels, least, most)
    return labels if least > 1 else absorb(vectors, labels, _strays(vectors, spans, labels))


def merge(vectors: Vectors, spans: NDArray[np.int64], labels: Labels, least: int, most: int | None) -> Labels:
    """Merge the two most similar groups until none are similar enough; `least` and `most` take precedence."""
    state = _Sums.of(vectors, spans, labels)
    names = list(range(len(state.sizes)))
    while len(names) > least:
        alike = state.ratios()
        first, second = np.unravel_index(np.argmax(alike), alike.shape)
        if alike[first, second] < CLUSTERING.same_voice and (most is None or len(names) <= most):
            break
        state = state.joined(int(first), int(second))
        labels = np.where(labels == names[second], names[first], labels)
        names.pop(int(second))
    return compact(labels)


def likeness(vectors: Vectors, spans: NDArray[np.int64], labels: Labels) -> NDArray[np.float64]:
    """The similarity of every two groups (see the top of this file), symmetric, of shape (groups, groups)."""
    ratios = _Sums.of(vectors, spans, labels).ratios()
    return np.maximum(ratios, ratios.T)


def absorb(vectors: Vectors, labels: Labels, small: NDArray[np.bool_]) -> Labels:
    """Give the members of the `small` groups (groups,) to the one of the others with the nearest centroid."""
    if small.all():
        return np.zeros_like(labels)
    large = np.flatnonzero(~small)
    centroids = np.stack([unit(vectors[labels == group].sum(axis=0)) for group in large])
    moved = small[labels]
    result = labels.copy()
    result[moved] = large[np.argmax(vectors[moved] @ centroids.T, axis=1)]
    return compact(result)


def compact(labels: Labels) -> Labels:
    """The same groups, numbered 0.. without gaps."""
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def unit(vector: NDArray[Any]) -> NDArray[Any]:
    """`vector` with unit length."""
    return vector / max(float(np.linalg.norm(vector)), 1e-9)


@dataclass(frozen=True)
class _Sums:
    """Sums per group: vectors, sizes, and cosines and numbers of pairs that share audio."""

    sums: NDArray[np.float64]
    sizes: NDArray[np.float64]
    near: NDArray[np.float64]
    near_count: NDArray[np.float64]

    @classmethod
    def of(cls, vectors: Vectors, spans: NDArray[np.int64], labels: Labels) -> _Sums:
        groups = int(labels.max()) + 1
        sums = np.zeros((groups, vectors.shape[1]))
        np.add.at(sums, labels, vectors.astype(np.float64))
        near, near_count = np.zeros((groups, groups)), np.zeros((groups, groups))
        np.add.at(near, (labels, labels), 1.0)
        np.add.at(near_count, (labels, labels), 1.0)
        for distance in range(1, len(vectors)):
            shared = np.flatnonzero(spans[:-distance, 1] > spans[distance:, 0])
            if not len(shared):
                break
            left, right = labels[shared], labels[shared + distance]
            cosines = np.einsum("ij,ij->i", vectors[shared], vectors[shared + distance]).astype(np.float64)
            for a, b in ((left, right), (right, left)):
                np.add.at(near, (a, b), cosines)
                np.add.at(near_count, (a, b), 1.0)
        return cls(sums, np.bincount(labels, minlength=groups).astype(np.float64), near, near_count)

    def ratios(self) -> NDArray[np.float64]:
        """Similarity of every two groups, 1 for one voice; (groups, groups), -1 on and below the diagonal."""
        pairs = np.outer(self.sizes, self.sizes) - self.near_count
        means = np.where(pairs > 0, (self.sums @ self.sums.T - self.near) / np.maximum(pairs, 1), np.nan)
        within = np.diag(means).copy()
        usual = np.nanmedian(within) if np.isfinite(within).any() else 0.5
        within = np.maximum(np.where(np.isfinite(within), within, usual), CLUSTERING.floor)
        ratios = np.nan_to_num(means / np.sqrt(np.outer(within, within)), nan=-1.0)
        ratios[np.tril_indices(len(ratios))] = -1.0
        return np.maximum(ratios, -1.0)

    def joined(self, first: int, second: int) -> _Sums:
        """The groups with the second merged into the first."""

        def fold(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
            matrix = matrix.copy()
            matrix[first] += matrix[second]
            matrix[:, first] += matrix[:, second]
            return np.delete(np.delete(matrix, second, 0), second, 1)

        sums, sizes = self.sums.copy(), self.sizes.copy()
        sums[first] += sums[second]
        sizes[first] += sizes[second]
        return _Sums(
            np.delete(sums, second, 0), np.delete(sizes, second), fold(self.near), fold(self.near_count)
        )


def _alike(vectors: Vectors, least: int) -> Labels:
    """Groups of similar pieces by average linkage, at least `least` if there are so many pieces."""
    from scipy.cluster.hierarchy import fcluster, linkage

    if len(vectors) < 2:
        return np.zeros(len(vectors), np.int64)
    tree = linkage(vectors.astype(np.float64), "average", metric="cosine")
    labels = fcluster(tree, 1 - CLUSTERING.near, "distance")
    if labels.max() < least:
        labels = fcluster(tree, least, "maxclust")
    return compact(labels)


def _strays(vectors: Vectors, spans: NDArray[np.int64], labels: Labels) -> NDArray[np.bool_]:
    """Which groups are no separate speakers: very small, or small, scattered and similar to another group."""
    sizes = np.bincount(labels)
    few = min(max(len(labels) // CLUSTERING.stray_share, CLUSTERING.smallest), CLUSTERING.stray)
    first = np.array([spans[labels == group, 0].min() for group in range(len(sizes))])
    last = np.array([spans[labels == group, 1].max() for group in range(len(sizes))])
    scattered = last - first > CLUSTERING.scene / FRAME
    similar = likeness(vectors, spans, labels).max(axis=1) > CLUSTERING.stray_likeness
    strays: NDArray[np.bool_] = (sizes < CLUSTERING.smallest) | ((sizes < few) & scattered & similar)
    return strays
