"""The numbers by which `demux` finds speech in channels and tracks. They are part of the store's key.

They were set on 13 recordings with speech and 11 sounds without: docs/decisions/2026-11-29-channels.md.
"""

from __future__ import annotations

from ipc.thresholds import Thresholds


class SpeechInBlocks(Thresholds):
    """When 4 s of a signal count as speech: its level moves at the rate of syllables, in all bands."""

    block_s: float = 4.0
    """Seconds of a block."""
    most_blocks: int = 450
    """Blocks of a film that are measured, evenly spread: half an hour."""
    modulation: float = 0.9
    """Depth of the modulation between 1.5 and 8 Hz: clear speech has 1.2 to 2, with pink noise of its own
    level 0.6, music 0.3 to 0.8, noise 0.15, ten people at once 0.7."""
    together: float = 0.35
    """Mean correlation of the bands' levels: speech has 0.55 to 0.95, several instruments 0.25."""
    rhythm: float = 0.35
    """Largest share of one frequency in the modulation: a beat has 0.4 and more, speech up to 0.28."""
    audible_db: float = -62.0
    """Decibels relative to full scale below which a block is silent."""


class ChannelChoice(Thresholds):
    """When the mono mix of all channels is not what is transcribed."""

    cancelled: float = 0.3
    """Energy of the mix relative to a channel's own part in it: 4 for equal channels, 0 for opposite ones."""
    masked: float = 0.3
    """Share of a channel in the energy of the mix, below which the others drown it out."""
    blurred: float = 0.7
    """Modulation of the mix relative to that of the channel, above which nothing is drowned out."""
    latest_frames: int = 50
    """Largest delay between two channels, in frames of 20 ms."""
    echo: float = 0.6
    """As `same`, for two channels of which one is late."""
    same: float = 0.5
    """Correlation of the levels of two channels, from which both have the same speech."""
    lost_by_cancelling: float = 0.1
    """Share of a channel's speech that is cancelled in the mix, from which one channel is taken."""
    lost_by_masking: float = 0.6
    """Share of a channel's speech that is drowned out in the mix, from which that channel is taken."""
    elsewhere: float = 0.1
    """Largest share of other speech that only other channels have."""
    two_speeches: float = 0.6
    """Share of the speech from which two channels count as having different speech."""
    level_db: float = 15.0
    """Decibels by which two channels with different speech may differ."""
    at_once: float = 0.35
    """Share of the time with speech in which both channels have it: people take turns, dubs do not."""
    least_blocks: int = 2
    """Blocks with speech below which nothing is decided."""


class TrackChoice(Thresholds):
    """When another track than the default one is transcribed."""

    speechless: float = 0.02
    """Share of blocks with speech up to which a track counts as having none."""
    speaks: float = 0.1
    """Share of blocks with speech from which another track is taken instead."""


SPEECH = SpeechInBlocks()
CHANNELS = ChannelChoice()
TRACKS = TrackChoice()
THRESHOLDS = (SPEECH, CHANNELS, TRACKS)
