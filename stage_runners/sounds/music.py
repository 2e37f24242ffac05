"""Detects music by continuous frequency activation: sustained tones are horizontal lines.

K. Seyerlehner, T. Pohle, M. Schedl, G. Widmer: Automatic music detection in television productions, DAFx
2007. The method uses no training. Each frequency is compared with its neighbours and becomes active or not;
its activation is the share of a block in which it is active; the score is the sum of the five strongest
peaks. Noise, wind and rain activate every frequency a little, and voices glide. Two rules are added:
inaudible frequencies do not count, nor do those that are active in nearly all of a film, which are a hum.
Measurements: docs/decisions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stage_runners.sounds.thresholds import ACTIVATION as LIMITS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]

RATE = 16_000
WINDOW, HOP, BINS = LIMITS.window, LIMITS.hop, LIMITS.bins
HALF_SAMPLES = LIMITS.half_block * HOP


def activations(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Activation of each frequency, 0 to 1, per complete half block; float32 of shape (halves, BINS).

    A half block includes the frames that begin in it, so the last one reaches `WINDOW - HOP` samples further.
    """
    import numpy as np

    halves = max(0, (len(samples) - (WINDOW - HOP)) // HALF_SAMPLES)
    taper = np.hanning(WINDOW).astype(np.float32)
    result = np.zeros((halves, BINS), np.float32)
    for k in range(halves):
        piece = samples[k * HALF_SAMPLES : (k + 1) * HALF_SAMPLES + WINDOW - HOP]
        frames = np.lib.stride_tricks.sliding_window_view(piece, WINDOW)[::HOP]
        power = np.abs(np.fft.rfft(frames * taper, axis=1))[:, :BINS] / (taper.sum() / 2)
        level = 20 * np.log10(power + 1e-9)
        least = np.maximum(LIMITS.audible_db, level.max(axis=1, keepdims=True) - LIMITS.masked_db)
        result[k] = ((level - around(level) > LIMITS.active_db) & (level > least)).mean(axis=0)
    return result


def around(level: Floats) -> Floats:
    """The running mean over the surrounding frequencies of an array of shape (frames, BINS)."""
    import numpy as np

    side = LIMITS.surroundings // 2
    padded = np.pad(level, ((0, 0), (side + 1, side)), mode="edge").astype(np.float64)
    total = np.cumsum(padded, axis=1)
    return (total[:, LIMITS.surroundings :] - total[:, : -LIMITS.surroundings]) / LIMITS.surroundings


def without_hum(halves: Floats) -> Floats:
    """The activations without frequencies that are nearly always active, and without their neighbours."""
    import numpy as np

    if len(halves) < LIMITS.hum_half_blocks:
        return halves
    hum = halves.mean(axis=0) >= LIMITS.hum_share
    wide = hum | np.roll(hum, 1) | np.roll(hum, -1)
    return np.where(wide[None, :], 0.0, halves)


def scores(halves: Floats) -> Floats:
    """The score of each block, which is two neighbouring half blocks; shape (halves - 1,)."""
    import numpy as np

    blocks = (halves[:-1] + halves[1:]) / 2
    return np.array([peaks(block)[: LIMITS.peaks].sum() for block in blocks], np.float32)


def peaks(activation: Floats) -> Floats:
    """The height of each local maximum above the higher of its adjacent minima, the strongest first."""
    import numpy as np

    steps = np.flatnonzero(np.diff(activation))
    # One position per plateau: its first.
    places = np.concatenate([[0], steps + 1])
    values = activation[places]
    if len(values) < 3:
        return np.zeros(0, np.float32)
    turns = np.flatnonzero(np.diff(np.sign(np.diff(values)))) + 1
    extremes = values[np.concatenate([[0], turns, [len(values) - 1]])]
    middle = extremes[1:-1]
    heights = np.minimum(middle - extremes[:-2], middle - extremes[2:])
    return np.sort(heights[heights > 0])[::-1]
