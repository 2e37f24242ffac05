"""The numbers that decide what music and silence are. They are part of the store's key.

The method and the spectrogram's numbers: K. Seyerlehner, T. Pohle, M. Schedl, G. Widmer, DAFx 2007. The others were set on 13 recordings
with music and 13 without; figures: docs/decisions/2026-11-21-sounds.md.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Activation:
    """The spectrogram, and when a frequency is active in it."""

    window: int = 1500
    """Samples of a frame: 93 ms at 16 kHz, as in the paper at 11 kHz."""
    hop: int = 375
    """Samples from one frame to the next: 23 ms at 16 kHz, as in the paper at 11 kHz."""
    bins: int = 516
    """Frequencies that are looked at: up to 5.5 kHz, as in the paper."""
    surroundings: int = 21
    """Frequencies whose mean each one is compared with."""
    active_db: float = 3.0
    """Decibels that an active frequency is louder than its surroundings."""
    audible_db: float = -85.0
    """Decibels (0: the loudest possible tone) below which nobody hears a frequency."""
    masked_db: float = 60.0
    """Decibels below the loudest frequency of its frame at which a frequency no longer counts."""
    half_block: int = 50
    """Frames of half a block: blocks of 2.3 s overlap by half."""
    peaks: int = 5
    """Peaks of a block's activation that are added to its score, as in the paper."""
    hum_share: float = 0.7
    """Mean activation over all gaps of a film from which a frequency is a hum: mains, a fan."""
    hum_half_blocks: int = 20
    """Half blocks (23 s) that are needed to say so."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Which stretches between regions of speech are music or silence."""

    beside_speech_s: float = 0.3
    """Seconds next to speech that are not looked at, because speech fades there."""
    least_music_s: float = 3.4
    """Seconds of the shortest music that can be recognised: two blocks that overlap by half."""
    least_silence_s: float = 2.0
    """Seconds of the shortest silence."""
    on: float = 2.4
    """Mean score of music. Of rain, wind, waves, birds, streets and rooms one block in 200 reaches it."""
    goes_on: float = 2.0
    """Score of each block of music, but for single ones: a rest."""
    sure: float = 3.5
    """Score that only music has: confidence 1."""
    silent_db: float = -60.0
    """Decibels (0: the largest amplitude) under which nothing is heard."""
    piece_s: float = 0.1
    """Seconds of the pieces that are silent or not."""


ACTIVATION = Activation()
DECISION = Decision()
THRESHOLDS = (ACTIVATION, DECISION)
