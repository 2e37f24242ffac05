"""The times of Whisper's tokens, by dynamic time warping of its cross-attention, on MLX and NumPy.

This is OpenAI's method (whisper/timing.py), with the operations in the order of CTranslate2's `align`, so
that both backends give the same times.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from stage_runners.whisper.mlx.network import Decoder

_MEDIAN = 7
"""Frames of the median filter over the attention."""


class Alignment(NamedTuple):
    """The result of CTranslate2's `align` for a window: (token, frame) pairs, and token probabilities."""

    alignments: list[tuple[int, int]]
    text_token_probs: list[float]


def align(
    network: Any,
    states: Any,
    start: Sequence[int],
    texts: Sequence[Sequence[int]],
    frames: Sequence[int],
    heads: Sequence[tuple[int, int]],
    special: tuple[int, int],
) -> list[Alignment]:
    """Align each text with its window of `states`, of which `frames` log-mel frames hold sound.

    `start` are the tokens before the text, `special` the ids of "no timestamps" and of the end, `heads` the
    attention heads that follow speech, each a layer and a head in it.
    """
    import mlx.core as mx
    import numpy as np

    no_times, eot = special
    rows = [[*start, no_times, *text, eot] for text in texts]
    longest = max(len(row) for row in rows)
    decoder = Decoder(network, states)
    tokens = mx.array([row + [eot] * (longest - len(row)) for row in rows])
    hidden, scores = decoder.hidden_and_attention(tokens, heads)
    costs, probable = [], []
    for index, text in enumerate(texts):
        matrix = _matrix(scores[index, :, : len(rows[index])], frames[index] // 2)
        logits = decoder.logits(hidden[index, len(start) : len(start) + len(text)])[:, :eot]
        probabilities = mx.softmax(logits, axis=-1)
        wanted = mx.array(list(text), dtype=mx.int32)[:, None]
        probable.append(mx.take_along_axis(probabilities, wanted, axis=-1)[:, 0] if text else mx.zeros(0))
        costs.append(matrix[len(start) : len(start) + len(text) + 1])
        mx.eval(probable[-1], costs[-1])
    paths = warp([-np.array(cost) for cost in costs])
    return [Alignment(path, probability.tolist()) for path, probability in zip(paths, probable, strict=True)]


def warp(costs: Sequence[Any]) -> list[list[tuple[int, int]]]:
    """The cheapest monotonic path through each of `costs`, float32 arrays of shape (tokens, frames).

    All at once along their antidiagonals, whose cells do not depend on each other. Of equal ways the frame
    advances, as in OpenAI's implementation.
    """
    import numpy as np

    if not costs:
        return []
    n, m = (max(cost.shape[axis] for cost in costs) for axis in (0, 1))
    # skewed[s, b, i] is the cell (i, s - i) of matrix b, counted from 1; row and column 0 are the border
    skewed = np.full((n + m + 1, len(costs), n + 1), np.inf, np.float32)
    for index, cost in enumerate(costs):
        for i in range(cost.shape[0]):
            skewed[i + 2 : i + 2 + cost.shape[1], index, i + 1] = cost[i]
    trace = np.zeros(skewed.shape, np.int8)
    before = np.full((len(costs), n + 1), np.inf, np.float32)
    before[:, 0] = 0.0
    last = np.full_like(before, np.inf)
    for s in range(2, n + m + 1):
        # `before` holds the diagonal s - 2, `last` s - 1
        both, token, frame = before[:, :-1], last[:, :-1], last[:, 1:]
        diagonal = (both < token) & (both < frame)
        up = ~diagonal & (token < both) & (token < frame)
        least = np.where(diagonal, both, np.where(up, token, frame))
        now = np.full_like(before, np.inf)
        now[:, 1:] = skewed[s, :, 1:] + least
        trace[s, :, 1:] = np.where(diagonal, 0, np.where(up, 1, 2))
        before, last = last, now
    return [_back(trace[:, index], *cost.shape) for index, cost in enumerate(costs)]


def _back(trace: Any, i: int, j: int) -> list[tuple[int, int]]:
    path: list[tuple[int, int]] = []
    while i > 0 or j > 0:
        path.append((i - 1, j - 1))
        step = 2 if i == 0 else 1 if j == 0 else trace[i + j, i]
        i, j = i - (step != 2), j - (step != 1)
    return path[::-1]


def _matrix(scores: Any, frames: int) -> Any:
    """The prominence of each token in each frame: (heads, tokens, frames) to (tokens, frames)."""
    import mlx.core as mx

    weights = mx.softmax(scores[..., :frames], axis=-1)
    mean = weights.mean(axis=1, keepdims=True)
    spread = mx.sqrt(mx.maximum(weights.var(axis=1, keepdims=True), 1e-20))
    return _median((weights - mean) / spread).mean(axis=0)


def _median(x: Any) -> Any:
    """Median over `_MEDIAN` neighbours along the last axis, mirrored at both ends."""
    import mlx.core as mx

    half, length = _MEDIAN // 2, x.shape[-1]
    if length <= half:
        return x
    at = mx.arange(-half, length + half)
    at = mx.abs(at)
    at = mx.where(at >= length, 2 * length - at - 2, at)
    padded = mx.take(x, at, axis=-1)
    shifted = mx.stack([padded[..., k : k + length] for k in range(_MEDIAN)], axis=-1)
    return mx.sort(shifted, axis=-1)[..., half]
