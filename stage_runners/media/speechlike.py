"""Whether a piece of audio is like speech, by its modulation: no network, no model.

Speech is a succession of syllables: its level rises and falls 2 to 8 times a second, deeply, and in all bands
together. Noise and other voices fill the dips, so the depth also tells how clear the speech is; this is the
idea of the speech transmission index (Houtgast and Steeneken 1985) and of Scheirer and Slaney's modulation at
4 Hz (ICASSP 1997).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stage_runners.media.thresholds import SPEECH

RATE = 8000
"""Samples per second of what is measured: speech needs no more."""
HOP, WINDOW = 160, 256
"""Samples from frame to frame (20 ms), and of a frame."""
_EDGES = (8, 14, 22, 32, 45, 64, 90, 118)
"""The bounds of seven bands, in bins of 31.25 Hz: 250 to 3700 Hz."""
BINS = slice(_EDGES[0], _EDGES[-1])
_SHAPE = np.hanning(WINDOW).astype(np.float32)

Floats = NDArray[np.float32]


class SpeechLikeness(NamedTuple):
    """What is measured of a block; `SpeechInBlocks` says from which numbers on it is speech."""

    modulation: float
    together: float
    rhythm: float
    level_db: float

    @property
    def speech(self) -> bool:
        """Whether the block counts as speech."""
        return (
            self.level_db > SPEECH.audible_db
            and self.modulation >= SPEECH.modulation
            and self.together >= SPEECH.together
            and self.rhythm <= SPEECH.rhythm
        )


def spectra(samples: Floats) -> NDArray[np.complex64]:
    """The spectra of a block of samples in [-1, 1] at 8 kHz, of shape (frames, bins of the speech band)."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    return np.fft.rfft(frames * _SHAPE, axis=1)[:, BINS].astype(np.complex64)


def envelopes(spectrum: NDArray[np.complex64]) -> Floats:
    """The magnitudes of the seven bands, of shape (frames, 7)."""
    power = np.abs(spectrum) ** 2
    starts = [edge - _EDGES[0] for edge in _EDGES[:-1]]
    magnitudes: Floats = np.sqrt(np.add.reduceat(power, starts, axis=1))
    return magnitudes


def likeness(bands: Floats) -> SpeechLikeness:
    """The likeness of a block to speech, by the magnitudes of its bands."""
    frames = len(bands)
    mean = bands.mean(0) + 1e-9
    level = 10 * np.log10(float((bands**2).sum(1).mean()) / (WINDOW * float((_SHAPE**2).sum()) / 4) + 1e-12)
    power = np.abs(np.fft.rfft((bands - mean) * np.hanning(frames)[:, None], axis=0)) ** 2
    rate = np.fft.rfftfreq(frames, HOP / RATE)
    syllables = power[(rate >= 1.5) & (rate <= 8)]
    # 8/3 makes up for the window; a sine of depth 1 has the value 1.
    depth = np.sqrt(2 * syllables.sum(0) * 2 * 8 / 3) / frames / mean
    logs = levels(bands)
    spread = np.sqrt((logs**2).mean(0)) + 1e-9
    correlation = (logs.T @ logs) / frames / np.outer(spread, spread)
    bands_count = len(correlation)
    together = (correlation.sum() - np.trace(correlation)) / (bands_count * (bands_count - 1))
    total = syllables.sum(1)
    rhythm = float(total.max() / (total.sum() + 1e-12))
    return SpeechLikeness(float(depth.mean()), float(together), rhythm, float(level))


def levels(bands: Floats) -> Floats:
    """The logarithms of the bands' magnitudes, without their means; faint noise counts as silence."""
    mean = bands.mean(0)
    logs = np.log(bands + 1e-3 * mean + 1e-7)
    centred: Floats = logs - logs.mean(0)
    return centred


def active(bands: Floats) -> NDArray[np.bool_]:
    """The frames with sound, within 20 dB of the loud ones; gaps of up to 0.2 s count too."""
    loud = np.sqrt((bands**2).sum(1))
    marks = loud > 0.1 * np.percentile(loud, 90) + 1e-6
    return np.convolve(marks, np.ones(11), mode="same") > 0
