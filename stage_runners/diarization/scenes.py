"""Matches the speakers of a scene with another sound (a cave, a telephone, a dream) to the film's speakers.

A speaker model captures the room as well as the voice. If a whole conversation is replaced for one scene by
as many voices that occur nowhere else, and the earlier voices continue after it, the sound has changed rather
than the cast. This is a heuristic, because no cosine distinguishes the two cases; so it requires every sign
at once, and is reported. Numpy only.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from stage_runners.diarization.clustering import Labels, Vectors, compact, likeness, unit
from stage_runners.diarization.thresholds import SCENES


def one_cast(vectors: Vectors, spans: NDArray[np.int64], labels: Labels) -> Labels:
    """`labels` with the voices of such a scene matched to the film's speakers, or unchanged.

    All signs are required: an even number of groups, of which the smaller half (2 to 4) occurs only in one
    span, and the larger half only before and after it; and the scene's voices are more similar to each other
    than the others are, because of the common sound. Voices are matched after removing their common part.
    """
    groups = int(labels.max(initial=-1)) + 1
    half = groups // 2
    if groups % 2 or not 2 <= half <= SCENES.most:
        return labels
    order = np.argsort(np.bincount(labels), kind="stable")
    strangers, cast = order[:half], order[half:]
    inside = np.flatnonzero(np.isin(labels, strangers))
    first, last = _densest(inside, SCENES.inside)
    heard = np.isin(labels[first : last + 1], strangers)
    if (
        len(inside) > SCENES.share * len(labels)
        or heard.mean() < SCENES.inside
        or min(first, len(labels) - 1 - last) < SCENES.around * len(labels)
    ):
        return labels
    alike = likeness(vectors, spans, labels)
    if _mean(alike, strangers, strangers) <= max(_mean(alike, cast, cast), _mean(alike, strangers, cast)):
        return labels
    theirs, ours = _without_common(vectors, labels, strangers), _without_common(vectors, labels, cast)
    cosines = theirs @ ours.T
    best = max(permutations(range(half)), key=lambda p: float(sum(cosines[k, p[k]] for k in range(half))))
    result = labels.copy()
    for k, stranger in enumerate(strangers):
        result[labels == stranger] = cast[best[k]]
    return compact(result)


def _densest(places: NDArray[np.int64], share: float) -> tuple[int, int]:
    """First and last of the shortest span that contains `share` of `places` (sorted)."""
    count = max(1, int(np.ceil(share * len(places))))
    widths = places[count - 1 :] - places[: len(places) - count + 1]
    start = int(np.argmin(widths))
    return int(places[start]), int(places[start + count - 1])


def _mean(alike: NDArray[np.float64], some: NDArray[np.int64], others: NDArray[np.int64]) -> float:
    return float(np.mean([alike[a, b] for a in some for b in others if a != b]))


def _without_common(vectors: Vectors, labels: Labels, groups: NDArray[np.int64]) -> NDArray[np.float64]:
    centroids = np.stack([unit(vectors[labels == group].sum(axis=0)) for group in groups])
    rest = centroids - centroids.mean(axis=0)
    return np.stack([unit(row) for row in rest])
