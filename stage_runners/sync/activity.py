"""Where speech starts and ends in a film: from Silero's regions, and the loudness of the sound in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stage_runners.sync.thresholds import SPEECH

Floats = NDArray[np.floating[Any]]
_FRAME_S = 0.01


@dataclass(frozen=True, kw_only=True)
class Activity:
    """The speech of a film of `seconds`, all times in seconds.

    `starts` and `ends` bound passages between pauses that speech detection heard; `inner_starts` and
    `inner_ends` bound shorter pauses inside them. `spans` has shape (n, 2): speech without those pauses.
    """

    seconds: float
    starts: Floats
    ends: Floats
    inner_starts: Floats
    inner_ends: Floats
    spans: Floats

    @property
    def speech_seconds(self) -> float:
        """Seconds of speech."""
        return float(np.sum(self.spans[:, 1] - self.spans[:, 0])) if len(self.spans) else 0.0

    def mirrored(self) -> Activity:
        """The same film from its end to its start: equal statistics, and nothing that subtitles can fit."""

        def turned(times: Floats) -> Floats:
            return np.sort(self.seconds - times)

        return Activity(
            seconds=self.seconds,
            starts=turned(self.ends),
            ends=turned(self.starts),
            inner_starts=turned(self.inner_ends),
            inner_ends=turned(self.inner_starts),
            spans=(self.seconds - self.spans[::-1, ::-1]) if len(self.spans) else self.spans,
        )


def read_activity(audio: Path, speech: Path) -> Activity:
    """The activity of the artifacts `audio` of demux and `speech` of silero_vad."""
    from ipc.artifacts import open_audio, read

    table = read(speech, "regions").table
    regions = np.stack([table.column(name).to_numpy() for name in ("start", "end")], axis=1)
    sound = open_audio(audio)
    return activity_of(regions, sound.samples, sound.sample_rate)


def activity_of(regions: Floats, samples: NDArray[np.int16], rate: int) -> Activity:
    """The activity of a recording with these regions, shape (n, 2), from `silero_vad`.

    A region is wider than its speech, and its edges lie on a grid of 32 ms. Loudness sharpens them: in a
    region, speech is what is at most `SPEECH.below_db` below its loud frames.
    """
    seconds = len(samples) / rate
    found: list[Floats] = []
    loud = loudness(samples, rate)
    for begin, end in regions:
        first, last = int(begin / _FRAME_S), min(int(np.ceil(end / _FRAME_S)), len(loud))
        spans = _spans(loud[first:last])
        if len(spans) == 0:
            spans = np.array([[0, last - first]])
        found.append((spans + first) * _FRAME_S)
    if not found:
        empty = np.zeros(0)
        return Activity(
            seconds=seconds, starts=empty, ends=empty, inner_starts=empty, inner_ends=empty,
            spans=np.zeros((0, 2)),
        )  # fmt: skip
    return Activity(
        seconds=seconds,
        starts=np.array([spans[0, 0] for spans in found]),
        ends=np.array([spans[-1, 1] for spans in found]),
        inner_starts=np.concatenate([spans[1:, 0] for spans in found]),
        inner_ends=np.concatenate([spans[:-1, 1] for spans in found]),
        spans=np.concatenate(found),
    )


def loudness(samples: NDArray[np.int16], rate: int) -> Floats:
    """The level of every 10 ms in decibels, of the sound's slope: speech is in it, and hum is not."""
    size = round(rate * _FRAME_S)
    count = len(samples) // size
    level = np.zeros(count)
    block = 6000
    for first in range(0, count, block):
        last = min(first + block, count)
        part = samples[first * size : last * size].astype(np.float32)
        slope = np.diff(part, prepend=part[:1]).reshape(last - first, size)
        level[first:last] = np.mean(slope * slope, axis=1)
    return 10 * np.log10(level + 1.0)


def _spans(loud: Floats) -> NDArray[Any]:
    """Spans of frames, shape (n, 2), that are loud enough to be speech, without the shortest pauses."""
    if len(loud) == 0:
        return np.zeros((0, 2), int)
    floor = np.percentile(loud, SPEECH.loud_percentile) - SPEECH.below_db
    edges = np.diff(np.concatenate([[0], (loud >= floor).astype(int), [0]]))
    spans = np.stack([np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)], axis=1)
    spans = spans[spans[:, 1] - spans[:, 0] >= round(SPEECH.click_s / _FRAME_S)]
    if len(spans) < 2:
        return spans
    apart = spans[1:, 0] - spans[:-1, 1] >= round(SPEECH.pause_s / _FRAME_S)
    first = np.concatenate([[True], apart])
    last = np.concatenate([apart, [True]])
    return np.stack([spans[first, 0], spans[last, 1]], axis=1)
