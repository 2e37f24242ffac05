"""The numbers that define music and silence. They are part of the store's key.

The method and the spectrogram's numbers: K. Seyerlehner, T. Pohle, M. Schedl, G. Widmer, DAFx 2007. The
others were set on 13 recordings with music and 13 without; measurements: docs/decisions/2026-11-21-sounds.md.
"""

from __future__ import annotations

from ipc.thresholds import Thresholds


class Activation(Thresholds):
    """The spectrogram, and when a frequency is active in it."""

    window: int = 1500
    """Samples per frame: 93 ms at 16 kHz, as in the paper at 11 kHz."""
    hop: int = 375
    """Samples from one frame to the next: 23 ms at 16 kHz, as in the paper at 11 kHz."""
    bins: int = 516
    """Number of frequencies: up to 5.5 kHz, as in the paper."""
    surroundings: int = 21
    """Number of surrounding frequencies with whose mean each frequency is compared."""
    active_db: float = 3.0
    """Decibels by which an active frequency exceeds its surroundings."""
    audible_db: float = -85.0
    """Decibels (0: the loudest possible tone) below which a frequency is inaudible."""
    masked_db: float = 60.0
    """Decibels below the loudest frequency of its frame at which a frequency no longer counts."""
    half_block: int = 50
    """Frames of half a block: blocks of 2.3 s overlap by half."""
    peaks: int = 5
    """Number of peaks in a block's score, as in the paper."""
    hum_share: float = 0.7
    """Mean activation over all gaps of a film from which a frequency is a hum: mains, a fan."""
    hum_half_blocks: int = 20
    """Minimum number of half blocks (23 s) for detecting a hum."""


class Decision(Thresholds):
    """When a gap between speech regions is music or silence."""

    beside_speech_s: float = 0.3
    """Seconds next to speech that are ignored, because speech fades there."""
    least_music_s: float = 3.4
    """Minimum length of music in seconds: two blocks that overlap by half."""
    least_silence_s: float = 2.0
    """Minimum length of a silence in seconds."""
    on: float = 2.4
    """Minimum mean score of music; one block in 200 of rain, wind, waves, birds and streets reaches it."""
    goes_on: float = 2.0
    """Minimum score of each block of music, except single ones, which are rests."""
    sure: float = 3.5
    """Score that only music reaches: confidence 1."""
    silent_db: float = -60.0
    """Decibels (0: the largest amplitude) below which audio is silence."""
    piece_s: float = 0.1
    """Length of the pieces that are checked for silence, in seconds."""


ACTIVATION = Activation()
DECISION = Decision()
THRESHOLDS = (ACTIVATION, DECISION)
