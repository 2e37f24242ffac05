"""Extends turns to where their sound fades into that of the pauses. Numpy only.

The segmentation network ends a turn where speech becomes less probable than silence, often before the last
syllable has died away. How long that takes cannot be told from the probability alone: in noise it is as high
between two sentences as at the end of a faint one. The sound's level tells, compared with the pauses nearby:
in a clean recording they are far quieter than a fading voice, in noise they are not, and nothing is extended.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stage_runners.diarization.thresholds import TAILS
from stage_runners.diarization.turns import FrameTurn
from stage_runners.vad.frame_scores import FRAME, OFFSET, RATE, STEP_FRAMES

_SAMPLES = round(FRAME * RATE)
_STEP = STEP_FRAMES
"""Frames (2.5 s) with the same background."""


def levels(samples: NDArray[np.int16], frames: int) -> NDArray[np.float32]:
    """The level of each frame in dB above one step of 16 bits; `samples` may end before `frames` do."""
    first = round(OFFSET * RATE)
    count = max(0, min(frames, (len(samples) - first) // _SAMPLES))
    result = np.empty(count, np.float32)
    for start in range(0, count, 20000):
        end = min(start + 20000, count)
        block = samples[first + start * _SAMPLES : first + end * _SAMPLES].reshape(-1, _SAMPLES)
        power = np.einsum("ij,ij->i", block, block, dtype=np.float64) / _SAMPLES
        result[start:end] = 10 * np.log10(power + 1)
    return result


def fading(
    level: NDArray[np.float32], speech: NDArray[np.float32], count: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Frames that can be a turn's fading end, (frames,).

    `speech` (frames,) is the probability of speech, `count` (frames,) the number of speakers.
    """
    result = np.zeros(len(count), bool)
    heard = len(level)
    loud = level > background(level, count[:heard] == 0) + TAILS.margin
    result[:heard] = loud & (speech[:heard] >= TAILS.speech)
    return result


def background(level: NDArray[np.float32], pause: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The level of the pauses around each frame, (frames,); infinite if there are none at all.

    Where less than `TAILS.least` seconds of pauses are near, they are looked for farther away.
    """
    result = np.full(len(level), np.inf, np.float32)
    places = np.flatnonzero(pause)
    for first in range(0, len(level) if len(places) else 0, _STEP):
        reach = round(TAILS.near / FRAME)
        while True:
            edges = np.array([first - reach, first + _STEP + reach])  # floats would copy `places`
            low, high = np.searchsorted(places, edges)
            if high - low >= TAILS.least / FRAME or high - low == len(places):
                break
            reach *= 2
        near = level[places[low:high]]
        rank = int(TAILS.quiet / 100 * (len(near) - 1))
        result[first : first + _STEP] = np.partition(near, rank)[rank]
    return result


def extended(turns: Sequence[FrameTurn], fades: NDArray[np.bool_]) -> list[FrameTurn]:
    """`turns` by start, extended over frames of `fades` while nobody talks; those that meet are joined."""
    free = np.concatenate([fades, [False]])
    for turn in turns:
        free[turn.first : turn.last] = False
    stops = np.flatnonzero(~free)
    longest = round(TAILS.longest / FRAME)
    result: list[FrameTurn] = []
    taken: set[int] = set()
    latest: dict[int, int] = {}
    for turn in turns:
        last = turn.last
        if last < len(free) and free[last] and last not in taken:
            taken.add(last)
            last = min(last + longest, int(stops[np.searchsorted(stops, last)]))
        before = latest.get(turn.speaker)
        if before is not None and result[before].last == turn.first:
            result[before] = FrameTurn(result[before].first, last, turn.speaker)
        else:
            latest[turn.speaker] = len(result)
            result.append(FrameTurn(turn.first, last, turn.speaker))
    return result
