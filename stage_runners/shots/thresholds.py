"""The numbers that decide what a change of shot is. They are part of the store's key.

They were set on six real films; figures and comparisons: docs/decisions/2026-11-21-shots.md.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CutDetection:
    """How two pictures are compared. Differences are mean absolute ones of samples from 0 to 255, over all planes."""

    width: int = 64
    """Pixels of the small picture that is compared; 36 rows keep the shape of most films."""
    height: int = 36
    least_difference: float = 3.0
    """A smaller difference of two frames is noise in a dark picture, never a cut."""
    stands_out: float = 3.0
    """A cut differs at least this many times as much as the median of the frames around it (PySceneDetect's adaptive detector weighs
    the same)."""
    still: float = 1.0
    """The median counts as at least this much: in quieter stretches all pictures are alike."""
    neighbours: int = 4
    """Frames on either side whose differences the median is of."""
    same_shot: float = 0.5
    """Correlation, from -1 to 1, from which two pictures are of one shot."""
    displacement: int = 4
    """Pixels of the small picture by which two pictures are moved against each other: as far as a fast pan moves in one frame."""
    flash_s: float = 0.25
    """Seconds within which a shot that comes back was interrupted by a flash, or by something that passed before the lens."""
    mixed: float = 0.2
    """Least share of either shot in a frame that mixes two: fields of both, or frames blended by a change of rate."""
    detour: float = 1.15
    """How much longer the way over a mixture may be than the direct one; over a picture of its own it is far longer."""
    flat: float = 2.0
    """Standard deviation of the luma below which a picture is flat, and correlates with nothing."""


@dataclass(frozen=True, kw_only=True)
class PictureChecks:
    """When a film's picture counts as damaged, and how its frame rate is measured."""

    short_by_s: float = 1.0
    """Seconds: a picture that ends this much before its announced end has been cut off."""
    lost_s: float = 5.0
    """Seconds: the same where ffmpeg has no complaint, because announced lengths are not exact."""
    tick_s: float = 0.001
    """Seconds of a tick of Matroska's clock: a frame of 41.7 ms is written as 41 or 42 ms."""
    ticks_apart: float = 1.5
    """Ticks by which two steps between frames may differ and still be one."""


CUT_DETECTION = CutDetection()
PICTURE_CHECKS = PictureChecks()
THRESHOLDS = (CUT_DETECTION, PICTURE_CHECKS)
