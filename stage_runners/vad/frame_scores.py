"""The frame scores of a segmentation network in overlapping windows, and their combination.

Windows of 10 s start every 148 frames (2.4975 s, a quarter of a window), a whole number of frames, so that
frames of all windows are on one grid and can be added without shifts. Frame g of the film is the time from
`edge(g)` to `edge(g + 1)`. Numpy only; scores are read block by block, so memory depends on the block only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE = 16000
FRAME = 270 / RATE
"""Seconds between two frames."""
OFFSET = (991 - 1 - 270) / 2 / RATE
"""Seconds from a window's start to its first frame: a frame is FRAME around the centre of its field."""
WINDOW = 10.0
WINDOW_FRAMES = 589
STEP_FRAMES = 148
SPEAKERS = 3
SUBSETS: tuple[tuple[int, ...], ...] = tuple(
    subset for size in range(3) for subset in combinations(range(SPEAKERS), size)
)
"""The classes in the network's order: no speaker, one of three, two of three."""
CLASSES = ["+".join(map(str, subset)) or "nobody" for subset in SUBSETS]
MEMBERS: NDArray[np.bool_] = np.array([[s in subset for s in range(SPEAKERS)] for subset in SUBSETS])
"""Of shape (7, 3): which speakers a class holds."""

Floats = NDArray[np.float32]


def edge(frame: NDArray[Any] | int) -> Any:
    """Seconds at which frame number `frame` of the film begins."""
    return OFFSET + frame * FRAME


def window_starts(samples: int) -> list[int]:
    """First frame of each window over this many samples at 16 kHz.

    The last window ends with the film, without padding; a film under 10 s has one window.
    """
    size = round(WINDOW * RATE)
    last = max(0, -(-(samples - size) // 270)) if samples else -1
    starts = list(range(0, max(0, last), STEP_FRAMES))
    return [*starts, last] if last >= 0 else []


@dataclass(frozen=True)
class Scores:
    """Log-probabilities of the 7 classes.

    `values` of shape (windows, 589, 7), `starts` each window's first frame.
    """

    starts: NDArray[np.int64]
    values: Floats

    @property
    def frames(self) -> int:
        """How many frames of the film the windows cover."""
        return int(self.starts[-1]) + WINDOW_FRAMES if len(self.starts) else 0

    def blocks(
        self, frames: int = 20000, start: int = 0, end: int | None = None
    ) -> Iterator[tuple[int, int, slice]]:
        """Blocks of this many frames: (first frame, frame after the last, the windows that overlap them).

        They cover the frames from `start` to `end`, by default the whole film.
        """
        end = self.frames if end is None else end
        for first in range(start, end, frames):
            last = min(first + frames, end)
            low = int(np.searchsorted(self.starts, first - WINDOW_FRAMES, side="right"))
            high = int(np.searchsorted(self.starts, last, side="left"))
            yield first, last, slice(low, high)

    def active(self, windows: slice | int) -> NDArray[np.bool_]:
        """Who is active by the most probable class, of shape (windows, 589, 3)."""
        active: NDArray[np.bool_] = MEMBERS[np.argmax(self.values[windows], axis=-1)]
        return active

    def soft(self, windows: slice | int) -> Floats:
        """Probability that each of the three is active, of shape (windows, 589, 3)."""
        soft: Floats = np.exp(self.values[windows]) @ MEMBERS.astype(np.float32)
        return soft

    def mean(self, per_window: Any) -> Floats:
        """The mean over the windows that cover a frame, of shape (frames,).

        `per_window` maps a slice of windows to values of shape (windows, 589).
        """
        result = np.zeros(self.frames, np.float32)
        for first, last, windows in self.blocks():
            values = per_window(windows)
            total, count = overlap_add(self.starts[windows], values[..., None], first, last)
            result[first:last] = total[:, 0] / np.maximum(count, 1)
        return result

    def speech(self) -> Floats:
        """Probability of speech, by frame."""
        return self.mean(lambda windows: 1 - np.exp(self.values[windows][..., 0]))

    def overlap(self) -> Floats:
        """Probability of overlapping speech, by frame."""
        pairs = [k for k, subset in enumerate(SUBSETS) if len(subset) > 1]
        return self.mean(lambda windows: np.exp(self.values[windows][..., pairs]).sum(-1))

    def count(self) -> NDArray[np.int64]:
        """Number of speakers, by frame: the rounded mean over windows, as in pyannote."""
        mean = self.mean(lambda windows: self.active(windows).sum(-1).astype(np.float32))
        return np.rint(mean).astype(np.int64)


def overlap_add(
    starts: Sequence[int] | NDArray[np.int64], values: NDArray[Any], first: int, last: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Sums over windows of `values` (windows, 589, k) on frames first..last, and the windows over each."""
    total = np.zeros((last - first, values.shape[-1]))
    count = np.zeros(last - first, np.int64)
    for start, window in zip(starts, values, strict=True):
        low, high = max(start, first), min(start + window.shape[0], last)
        if low < high:
            total[low - first : high - first] += window[low - start : high - start]
            count[low - first : high - first] += 1
    return total, count


def read_scores(path: Any) -> Scores:
    """Scores from their artifact, memory-mapped; `ContractError` if they are from another network."""
    from ipc.artifacts import read
    from ipc.errors import ContractError

    artifact = read(path, "scores")
    classes, frames = list(artifact.content["classes"]), int(artifact.content["frames"])
    if classes != CLASSES or frames != WINDOW_FRAMES:
        raise ContractError(f"{path}: scores of {frames} frames and classes {classes}, expected {CLASSES}")
    column = artifact.table.column("scores").combine_chunks()
    values = column.flatten().to_numpy().reshape(-1, WINDOW_FRAMES, len(CLASSES))
    starts = np.rint(artifact.table.column("start").to_numpy() / FRAME).astype(np.int64)
    return Scores(starts, values)
