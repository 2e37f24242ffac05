"""The lengths of pauses and overlaps for laying speech out apart. The numbers are part of the store's key."""

from __future__ import annotations

from ipc.thresholds import Thresholds


class Apart(Thresholds):
    """How turns that overlap are laid out one after the other: see `pieces`."""

    least_s: float = 0.1
    """Seconds of overlapping speech from which turns are laid out apart; less is what edges are off."""
    sliver_s: float = 0.1
    """Shorter rests of a region of speech beside laid out turns are dropped."""
    pad_s: float = 0.15
    """Seconds of the speaker's track that are added on both sides of a turn, at most half of the pause."""
    pause_s: float = 0.4
    """Seconds of silence between two pieces, so that no word goes on into the next one."""
    alike: float = 0.8
    """Correlation of two tracks from which they have the same sound, in a frame."""
    frame_s: float = 0.1
    """Seconds of a frame in which they are compared."""
    late_s: float = 0.03
    """Seconds by which the sound may be late in one of them."""
    quiet_db: float = 25.0
    """Frames that are so much quieter than the loudest one, in either track, are not compared."""
    fewest: int = 2
    """Frames that must differ for two people to speak at once, if there are so many."""
    different: float = 0.25
    """Share of the frames that must."""
    most_s: float = 5.0
    """Seconds of an overlap that are compared."""
    enough_s: float = 120.0
    """Seconds of overlaps with the same sound, and none with another, after which two speakers' tracks are
    taken to be the same: more than an introduction that was put into both."""


APART = Apart()
THRESHOLDS: tuple[Thresholds, ...] = (APART,)
