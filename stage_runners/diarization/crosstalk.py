"""Who of several people with a microphone each speaks when: without what one microphone hears of the others.

A voice is in every microphone of the room, quieter in the others than in its own, and later. For each pair of
tracks, the difference of their levels while somebody speaks has two modes: one where the first person speaks,
one where the second does. The modes need no calibration: a microphone with more gain moves both. What a track
has within a margin of the lower mode is the other voice. Levels between microphones are what detectors for
meetings with a headset each use (Pfau, Ellis and Stolcke 2001; Wrigley et al. 2005). Numpy only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stage_runners.diarization.thresholds import CROSSTALK
from stage_runners.vad.regions import drop_short, fill_gaps, mask_of, spans_of

Levels = NDArray[np.float32]
"""Decibels by frame."""
RATE = 16_000
HOP = 160
"""Samples of a frame: 10 ms."""
_BLOCK = 6000
"""Frames that are measured at once, a minute."""


@dataclass(frozen=True)
class Leak:
    """How loud another voice is in a track, relative to its own track: `gain` in dB, and the `margin` above
    which the track has a voice of its own.
    """

    gain: float
    margin: float


def levels(samples: NDArray[np.int16]) -> Levels:
    """The level of each frame of PCM of shape (n,) at 16 kHz above the track's noise, in dB.

    High frequencies count more, because less of them reaches another microphone, and hum has none.
    """
    frames = -(-len(samples) // HOP)
    energy = np.empty(frames, np.float32)
    for first in range(0, frames, _BLOCK):
        begin, end = first * HOP, min(len(samples), (first + _BLOCK) * HOP)
        block = samples[max(0, begin - 1) : end].astype(np.float32) / 32768
        sharp = np.diff(block, prepend=block[:1]) if begin == 0 else np.diff(block)
        padded = np.concatenate([sharp, np.zeros(-len(sharp) % HOP, np.float32)])
        energy[first : first + _BLOCK] = (padded.reshape(-1, HOP) ** 2).mean(axis=1)
    if not frames:
        return energy
    width = max(1, round(CROSSTALK.smooth_s * RATE / HOP))
    smooth = np.convolve(energy, np.full(width, 1 / width, np.float32), mode="same")[: len(energy)]
    floor = float(np.quantile(smooth, CROSSTALK.floor))
    above = np.maximum(smooth - floor, CROSSTALK.least_above * floor)
    return np.asarray(10 * np.log10(above + 1e-10), np.float32)


def speaking(tracks: Sequence[Levels], speech: Sequence[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    """Who speaks in each frame, of shape (tracks, frames).

    `speech` is where each track has anybody's speech; all of them have equal lengths.
    """
    found = np.stack(speech)
    around = [_loudest_around(track) for track in tracks]
    for one, own in enumerate(tracks):
        for other, theirs in enumerate(around):
            if other != one and (leak := leak_of(own, theirs, tracks[other], speech[one] | speech[other])):
                found[one] &= own > theirs + leak.gain + leak.margin
    joined, least = (round(s * RATE / HOP) for s in (CROSSTALK.join_s, CROSSTALK.shortest_s))
    frames = found.shape[1]
    return np.stack([mask_of(drop_short(fill_gaps(spans_of(row), joined), least), frames) for row in found])


def leak_of(own: Levels, around: Levels, other: Levels, speech: NDArray[np.bool_]) -> Leak | None:
    """The leak of the track `other` into the track `own`; None if the other voice is never louder there.

    `around` is the loudest level of `other` near each frame, because the leak is late.
    """
    loud = speech & (
        (own > _loudest(own, speech) - CROSSTALK.range_db)
        | (other > _loudest(other, speech) - CROSSTALK.range_db)
    )
    if not loud.any():
        return None
    difference = (own - around)[loud]
    low, high = _modes(difference)
    if high - low < CROSSTALK.apart_db:  # the same in both: a voice that never speaks in its own track
        always = float(np.quantile(difference, 0.9)) < -CROSSTALK.quieter_db
        return Leak(float(np.median(difference)), CROSSTALK.most_db) if always else None
    below = difference[difference < (low + high) / 2]
    gain = float(np.median(below))
    spread = 1.4826 * float(np.median(np.abs(below - gain)))
    margin = float(np.clip(CROSSTALK.spreads * spread, CROSSTALK.least_db, CROSSTALK.most_db))
    return Leak(gain, min(margin, (high - gain) / 2))


def exclusive(active: NDArray[np.bool_], tracks: Sequence[Levels]) -> NDArray[np.bool_]:
    """`active` (tracks, frames) with one speaker at a time: the one who is loudest for their own voice."""
    relative = np.full(active.shape, -np.inf, np.float32)
    for one, (track, on) in enumerate(zip(tracks, active, strict=True)):
        if on.any():
            relative[one, on] = track[on] - np.median(track[on])
    best = np.zeros(active.shape, bool)
    best[relative.argmax(axis=0), np.arange(active.shape[1])] = True
    return active & best


def _loudest(track: Levels, speech: NDArray[np.bool_]) -> float:
    return float(np.quantile(track[speech], 0.95)) if speech.any() else 0.0


def _loudest_around(track: Levels) -> Levels:
    """The highest level from `CROSSTALK.late_s` before each frame to a frame after it."""
    before = round(CROSSTALK.late_s * RATE / HOP)
    result = track.copy()
    for shift in range(1, before + 1):
        np.maximum(result[shift:], track[:-shift], out=result[shift:])
    np.maximum(result[:-1], track[1:], out=result[:-1])
    return result


def _modes(values: Levels) -> tuple[float, float]:
    """The means of the two groups that divide `values` best (two-means in one dimension)."""
    low, high = (float(q) for q in np.quantile(values, (0.05, 0.95)))
    for _ in range(50):
        below = values < (low + high) / 2
        if below.all() or not below.any():
            break
        before, (low, high) = (low, high), (float(values[below].mean()), float(values[~below].mean()))
        if before == (low, high):
            break
    return low, high
