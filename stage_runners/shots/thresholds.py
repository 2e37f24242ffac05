"""The numbers that define a shot change. They are part of the store's key.

They were set on six real films; measurements: docs/decisions/2026-11-21-shots.md.
"""

from __future__ import annotations

from ipc.thresholds import Thresholds


class CutDetection(Thresholds):
    """The comparison of two pictures. Differences are mean absolute differences over all planes, 0 to 255."""

    width: int = 64
    """Pixels of the small picture; 36 rows keep the aspect ratio of most films."""
    height: int = 36
    least_difference: float = 3.0
    """A smaller difference of two frames is noise in a dark picture, never a cut."""
    stands_out: float = 3.0
    """A cut differs at least this many times as much as the median of the frames around it, as in
    PySceneDetect's adaptive detector."""
    still: float = 1.0
    """Minimum value of the median: in calm parts all pictures are alike."""
    neighbours: int = 4
    """Number of frames on either side for the median."""
    same_shot: float = 0.5
    """Correlation, from -1 to 1, from which two pictures belong to one shot."""
    displacement: int = 4
    """Maximum displacement in pixels of the small picture: the distance of a fast pan in one frame."""
    flash_s: float = 0.25
    """A shot that returns within this time, in seconds, was interrupted by a flash or a passing object."""
    mixed: float = 0.2
    """Minimum share of either shot in a mixed frame: fields of both, or frames blended by a rate change."""
    detour: float = 1.15
    """Limit of the way over a mixed frame, relative to the direct one; over another picture it is longer."""
    flat: float = 2.0
    """Standard deviation of the luma below which a picture is flat, and does not correlate."""


class PictureChecks(Thresholds):
    """When a film's picture counts as damaged, and how its frame rate is measured."""

    short_by_s: float = 1.0
    """Seconds: a video that ends this much before its stated end is truncated."""
    lost_s: float = 5.0
    """Seconds: the same if ffmpeg reports no errors, because stated durations are not exact."""
    tick_s: float = 0.001
    """Seconds of a tick of Matroska's clock: a frame of 41.7 ms is written as 41 or 42 ms."""
    ticks_apart: float = 1.5
    """Ticks by which two equal steps between frames may differ."""


class FewFrames(Thresholds):
    """Which frames of a large picture are decoded (`few_frames`). Sizes are bytes of coded frames."""

    pixels: int = 640 * 360
    """A picture of at most this many pixels is decoded in full, which costs little."""
    group_s: float = 20.0
    """Seconds between two key frames from which the film is decoded in full."""
    group_mb: float = 64.0
    """Megabytes between two key frames from which it is, too: those of three groups are held in memory."""
    steady: float = 0.8
    """Correlation of two key frames from which the frames between them are not decoded, if their sizes are
    even. The correlation of two neighbours (`same_shot`) needs less: less time passes between them."""
    of_key: float = 0.34
    """Size of the first frame of a new shot, relative to the key frame before; measured from .38 up."""
    of_usual: float = 1.45
    """The same, relative to the median between two key frames; measured from 1.6 up."""
    hints: int = 3
    """More large frames between two key frames tell nothing: something moves."""
    doubt: float = 0.15
    """Difference of a correlation from `same_shot` up to which pictures that were roughly decoded do not tell
    whether they show one shot."""
    gap_s: float = 0.25
    """Seconds without a picture in which a shot change could hide."""
    leads: int = 2
    """Frames that are decoded in excess of those that `cuts` needs on either side of a change."""
    short: int = 2
    """Frames of a group up to which it saves nothing."""
    shorts: int = 8
    """So many such groups in a row, and all frames are decoded."""


CUT_DETECTION = CutDetection()
PICTURE_CHECKS = PictureChecks()
FEW_FRAMES = FewFrames()
THRESHOLDS = (CUT_DETECTION, FEW_FRAMES, PICTURE_CHECKS)
