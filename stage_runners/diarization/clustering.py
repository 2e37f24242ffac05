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

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
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
    labels = _voices(vectors, spans, _alike)
    labels = absorb(vectors, labels, _strays(vectors, spans, labels))
    if labels.max() + 1 < least:
        labels = _voices(vectors, spans, partial(_divided, least=2 * least), least)
        most = least
    return labels if most is None else _at_most(vectors, spans, labels, most)


def _voices(
    vectors: Vectors, spans: NDArray[np.int64], first_groups: Callable[[Vectors], Labels], least: int = 1
) -> Labels:
    """Groups of one voice each, at least `least`, from the `first_groups` of each block."""
    labels = np.zeros(len(vectors), np.int64)
    count = 0
    for first in range(0, len(vectors), CLUSTERING.block):
        block = slice(first, first + CLUSTERING.block)
        groups = first_groups(vectors[block])
        if least == 1:
            groups = absorb(vectors[block], groups, _tiny(vectors[block], spans[block], groups, len(vectors)))
        if len(vectors) > CLUSTERING.block:
            groups = merge(vectors[block], spans[block], groups, least)
        labels[block] = groups + count
        count += int(groups.max()) + 1
    return merge(vectors, spans, labels, least)


def merge(vectors: Vectors, spans: NDArray[np.int64], labels: Labels, least: int) -> Labels:
    """Merge the two most similar groups until none are similar enough, or only `least` are left."""
    return _merged(vectors, spans, labels, least, CLUSTERING.same_voice)


def _at_most(vectors: Vectors, spans: NDArray[np.int64], labels: Labels, most: int) -> Labels:
    """At most `most` groups: tiny ones join the nearest voice, then the most similar ones are merged."""
    while labels.max() + 1 > most and np.bincount(labels).min() < CLUSTERING.smallest:
        sizes = np.bincount(labels)
        labels = absorb(vectors, labels, np.arange(len(sizes)) == np.argmin(sizes))
    return _merged(vectors, spans, labels, most, -np.inf)


def _merged(
    vectors: Vectors, spans: NDArray[np.int64], labels: Labels, least: int, threshold: float
) -> Labels:
    state = _Sums.of(vectors, spans, labels)
    names = np.arange(len(state.sizes))
    alike = state.ratios()
    for _ in range(len(names) - least):
        first, second = (int(k) for k in np.unravel_index(np.argmax(alike), alike.shape))
        if alike[first, second] < threshold:
            break
        state.join(first, second)
        names[names == second] = first
        row = state.ratios(first)
        row[np.bincount(names, minlength=len(names)) == 0] = -np.inf
        alike[second], alike[:, second] = -np.inf, -np.inf
        alike[first, first + 1 :], alike[:first, first] = row[first + 1 :], row[:first]
    return compact(names[labels])


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

    def ratios(self, group: int | None = None) -> NDArray[np.float64]:
        """Similarity of every two groups, 1 for one voice; (groups, groups), -1 on and below the diagonal.

        With `group`, its similarity to every group, of shape (groups,).
        """
        pairs = self.sizes**2 - np.diag(self.near_count)
        own = np.einsum("ij,ij->i", self.sums, self.sums) - np.diag(self.near)
        within = np.where(pairs > 0, own / np.maximum(pairs, 1), np.nan)
        usual = np.nanmedian(within) if np.isfinite(within).any() else 0.5
        within = np.maximum(np.where(np.isfinite(within), within, usual), CLUSTERING.floor)
        some = slice(None) if group is None else slice(group, group + 1)
        pairs = np.outer(self.sizes[some], self.sizes) - self.near_count[some]
        sums = self.sums[some] @ self.sums.T - self.near[some]
        means = np.where(pairs > 0, sums / np.maximum(pairs, 1), np.nan)
        ratios: NDArray[np.float64] = np.nan_to_num(means / np.sqrt(np.outer(within[some], within)), nan=-1.0)
        if group is not None:
            ratios = ratios[0]
        else:
            ratios[np.tril_indices(len(ratios))] = -1.0
        np.maximum(ratios, -1.0, out=ratios)
        return ratios

    def join(self, first: int, second: int) -> None:
        """Merge the second group into the first, in place; the second is empty then."""
        for values in (self.sums, self.sizes, self.near, self.near_count):
            values[first] += values[second]
            values[second] = 0
        for matrix in (self.near, self.near_count):
            matrix[:, first] += matrix[:, second]
            matrix[:, second] = 0


def _alike(vectors: Vectors) -> Labels:
    """Groups of similar pieces by average linkage."""
    from scipy.cluster.hierarchy import fcluster

    if len(vectors) < 2:
        return np.zeros(len(vectors), np.int64)
    return compact(fcluster(_tree(vectors), 1 - CLUSTERING.near, "distance"))


def _divided(vectors: Vectors, least: int) -> Labels:
    """At least `least` groups, none of them tiny, if there are so many pieces; more and smaller ones if not.

    The tree of average linkage first splits off single pieces, which are seldom somebody else; so it is cut
    lower and lower until there are enough groups of a certain size.
    """
    from scipy.cluster.hierarchy import fcluster

    if len(vectors) <= least:
        return np.arange(len(vectors))
    tree = _tree(vectors)
    for smallest in range(CLUSTERING.smallest, 1, -1):
        count = least
        while count < len(vectors):
            labels = compact(fcluster(tree, count, "maxclust"))
            small = np.bincount(labels) < smallest
            if (~small).sum() >= least:
                return absorb(vectors, labels, small)
            count += max(1, count // 4)
    return compact(fcluster(tree, least, "maxclust"))


def _tree(vectors: Vectors) -> NDArray[np.float64]:
    from scipy.cluster.hierarchy import linkage

    found: NDArray[np.float64] = linkage(vectors.astype(np.float64), "average", metric="cosine")
    return found


def _strays(vectors: Vectors, spans: NDArray[np.int64], labels: Labels) -> NDArray[np.bool_]:
    """Which groups are no separate speakers: tiny ones, or small, scattered and similar to another."""
    sizes = np.bincount(labels)
    few = min(max(len(labels) // CLUSTERING.stray_share, CLUSTERING.smallest), CLUSTERING.stray)
    first = np.array([spans[labels == group, 0].min() for group in range(len(sizes))])
    last = np.array([spans[labels == group, 1].max() for group in range(len(sizes))])
    scattered = last - first > CLUSTERING.scene / FRAME
    similar = likeness(vectors, spans, labels).max(axis=1) > CLUSTERING.stray_likeness
    strays: NDArray[np.bool_] = (sizes < few) & scattered & similar
    return strays | _tiny(vectors, spans, labels, len(labels))


def _tiny(vectors: Vectors, spans: NDArray[np.int64], labels: Labels, pieces: int) -> NDArray[np.bool_]:
    """Which groups have fewer than `CLUSTERING.smallest` pieces and no voice of their own.

    A tiny group is a voice of its own if its pieces are long and like no other voice. A single piece suffices
    only in a recording of few `pieces`: a long film always has some that sound like nobody.
    """
    sizes = np.bincount(labels)
    tiny = sizes < CLUSTERING.smallest
    if tiny.all():
        tiny[np.argmax(sizes)] = False
    large = np.flatnonzero(~tiny)
    centroids = np.stack([unit(vectors[labels == group].sum(axis=0)) for group in large])
    within = [
        float((vectors[labels == group] @ own).mean()) for group, own in zip(large, centroids, strict=True)
    ]
    enough = 1 if pieces < CLUSTERING.short_film else 2
    for group in np.flatnonzero(tiny & (sizes >= enough)):
        own = labels == group
        cosines = centroids @ unit(vectors[own].sum(axis=0))
        nearest = int(np.argmax(cosines))
        seconds = float((spans[own, 1] - spans[own, 0]).mean()) * FRAME
        unlike = cosines[nearest] < CLUSTERING.unlike * within[nearest]
        tiny[group] = seconds < CLUSTERING.long_piece or not unlike
    return tiny
