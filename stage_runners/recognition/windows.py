"""Packs speech regions into windows for the engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from stage_runners.recognition.thresholds import WINDOWS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Chunk(NamedTuple):
    """A window: its start and end in seconds, and its seconds of speech."""

    start: float
    end: float
    speech: float


def pack(
    regions: Sequence[tuple[float, float]], samples: NDArray[np.int16], sample_rate: int, limit: float
) -> list[Chunk]:
    """Windows of at most `limit` seconds that cover every region, in order and without overlap.

    Neighbouring regions are merged up to `limit`, silence included, because Whisper is more accurate with
    context. A longer region is split where it is quietest. `samples` is int16 of shape (n,).
    """
    seconds = len(samples) / sample_rate
    pieces: list[tuple[float, float]] = []
    for start, end in _padded(regions, seconds):
        pieces.extend(_cut(start, end, samples, sample_rate, limit))
    return merged([Chunk(start, end, end - start) for start, end in pieces], limit)


def merged(chunks: Sequence[Chunk], limit: float) -> list[Chunk]:
    """Regions merged into windows, as far as `limit` and the pauses between them allow."""
    result: list[Chunk] = []
    for chunk in chunks:
        last = result[-1] if result else None
        if last and chunk.end - last.start <= limit and chunk.start - last.end <= WINDOWS.longest_pause:
            result[-1] = Chunk(last.start, chunk.end, last.speech + chunk.speech)
        else:
            result.append(chunk)
    return result


def halves(chunk: Chunk, samples: NDArray[np.int16], sample_rate: int) -> list[Chunk]:
    """The chunk split in two where its middle third is quietest."""
    third = (chunk.end - chunk.start) / 3
    cut = quietest(samples, sample_rate, chunk.start + third, chunk.end - third)
    share = chunk.speech / (chunk.end - chunk.start)
    return [
        Chunk(chunk.start, cut, share * (cut - chunk.start)),
        Chunk(cut, chunk.end, share * (chunk.end - cut)),
    ]


def quietest(samples: NDArray[np.int16], sample_rate: int, start: float, end: float) -> float:
    """The centre, in seconds, of the quietest 0.1 s between `start` and `end`."""
    import numpy as np

    frame = WINDOWS.quiet_frame
    step = int(frame * sample_rate)
    first = int(start * sample_rate)
    count = (int(end * sample_rate) - first) // step
    if count < 1:
        return (start + end) / 2
    frames = samples[first : first + count * step].astype(np.float64).reshape(count, step)
    power = (frames**2).mean(axis=1)
    width = min(WINDOWS.quiet_frames, count)
    smooth = np.convolve(power, np.ones(width) / width, mode="valid")
    return float(start + (int(smooth.argmin()) + width / 2) * frame)


def _padded(regions: Sequence[tuple[float, float]], seconds: float) -> list[tuple[float, float]]:
    """Regions extended by a margin of silence, at most half of the gap to the neighbour."""
    padded: list[tuple[float, float]] = []
    for index, (start, end) in enumerate(regions):
        before = start - (regions[index - 1][1] if index else -start)
        after = (regions[index + 1][0] if index + 1 < len(regions) else 2 * seconds - end) - end
        padded.append((
            max(0.0, start - min(WINDOWS.pad, max(0.0, before / 2))),
            min(seconds, end + min(WINDOWS.pad, max(0.0, after / 2))),
        ))  # fmt: skip
    return [(start, end) for start, end in padded if end > start]


def _cut(
    start: float, end: float, samples: NDArray[np.int16], sample_rate: int, limit: float
) -> list[tuple[float, float]]:
    pieces = []
    while end - start > limit:
        # not before the middle, so that no stub is left over, and the last two pieces are alike
        latest = min(start + limit, end - min(limit, end - start - limit) / 2)
        cut = quietest(samples, sample_rate, start + limit / 2, latest)
        pieces.append((start, cut))
        start = cut
    pieces.append((start, end))
    return pieces
