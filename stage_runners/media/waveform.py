"""The stage waveform: the minimum and maximum sample of every 0.05 s, for drawing a film's audio."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stage_runners.media.stage import WAVEFORM

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ipc.context import Context

STAGE = WAVEFORM

PER_SECOND = 20
"""Points per second: three hours are 216,000 points."""
PIECE_SECONDS = 300
"""Samples in memory at once: 10 MB."""


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing to load."""
    del params, device


def run(model: None, inputs: Mapping[str, Path], context: Context) -> None:
    """Read the audio once, piece by piece, and save its waveform."""
    del model
    import numpy as np

    from ipc.artifacts import open_audio

    audio = open_audio(inputs["audio"])
    width = audio.sample_rate // PER_SECOND
    piece = width * PER_SECOND * PIECE_SECONDS
    low, high = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)]
    for first in range(0, len(audio.samples), piece):
        context.check()
        below, above = extremes(audio.samples[first : first + piece], width)
        low.append(below)
        high.append(above)
        context.progress(min(first + piece, len(audio.samples)) / audio.sample_rate, audio.seconds)
    context.method = "lowest and highest sample"
    context.save(
        "waveform",
        {"low": np.concatenate(low), "high": np.concatenate(high)},
        content={"per_second": PER_SECOND},
    )


def extremes(samples: NDArray[np.int16], width: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The minimum and maximum of every `width` samples of an int16 array of shape (n,).

    Both are int32 of shape (ceil(n / width),). The last piece may be shorter.
    """
    import numpy as np

    whole = len(samples) // width * width
    rows = samples[:whole].reshape(-1, width)
    low, high = rows.min(axis=1).astype(np.int32), rows.max(axis=1).astype(np.int32)
    if rest := samples[whole:].tolist():
        low, high = np.append(low, np.int32(min(rest))), np.append(high, np.int32(max(rest)))
    return low, high
