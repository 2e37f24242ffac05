"""Spectral clustering of voices."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]


def senko(
    x: NDArray[np.float32],
    pval: float = 0.012,
    mer_cos: float = 0.875,
    fixed: int | None = None,
    most: int = 15,
) -> Labels:
    from sklearn.cluster import KMeans

    n = len(x)
    if n < 10 and fixed is None:
        return np.zeros(n, np.int64)
    a = x @ x.T
    keep = max(int(np.ceil(pval * n)), 6)
    keep = min(keep, n)
    order = np.argsort(a, axis=1)[:, : n - keep]
    np.put_along_axis(a, order, 0, axis=1)
    a = (a + a.T) / 2
    np.fill_diagonal(a, 0)
    lap = np.diag(np.abs(a).sum(1)) - a
    values, vectors = np.linalg.eigh(lap)
    k = fixed or int(np.argmax(np.diff(values[: most + 1]))) + 1
    labels = KMeans(k, random_state=0, n_init=10).fit_predict(vectors[:, :k]).astype(np.int64)
    if fixed:
        return labels
    sizes = np.bincount(labels, minlength=k)
    major = np.flatnonzero(sizes >= 4)
    if not len(major):
        return np.zeros(n, np.int64)
    centres = np.stack([x[labels == c].mean(0) for c in major])
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    for i in np.flatnonzero(sizes[labels] < 4):
        labels[i] = major[np.argmax(centres @ x[i])]
    while True:
        names = np.unique(labels)
        if len(names) == 1:
            return labels
        centres = np.stack([x[labels == c].mean(0) for c in names])
        centres /= np.linalg.norm(centres, axis=1, keepdims=True)
        near = np.triu(centres @ centres.T, 1)
        i, j = np.unravel_index(np.argmax(near), near.shape)
        if near[i, j] < mer_cos:
            return labels
        labels[labels == names[j]] = names[i]


def cluster(x: NDArray[np.float32], least: int = 1, most: int | None = None) -> Labels:  # noqa: ARG001
    """Labels 0.. of unit vectors (n, size)."""
    if not len(x):
        return np.zeros(0, np.int64)
    labels = senko(x)
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)
