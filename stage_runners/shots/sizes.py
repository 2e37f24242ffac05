"""What the sizes of coded frames tell about a group, without decoding it.

The first frame of another shot is predicted from nothing, so it is larger than others. Not more than that can
be read from them: in a fade or a dissolve an encoder with a constant bit rate writes no more bytes.
"""

from __future__ import annotations

from statistics import median
from typing import NamedTuple

from stage_runners.shots.coded import Group
from stage_runners.shots.thresholds import CUT_DETECTION, FEW_FRAMES


class Forward(NamedTuple):
    """A frame that is shown later than all before it: the time of the last one such, its own, and its bytes.

    Only these can be predicted from no frame of their own shot.
    """

    before: float
    time: float
    size: int


def forward(group: Group) -> list[Forward]:
    """These frames of a group, without its key frame."""
    latest, found = group.start, []
    for one in group.coded[1:]:
        if one.time > latest:
            found.append(Forward(latest, one.time, one.size))
            latest = one.time
    return found


def uneven(group: Group) -> bool:
    """Whether a frame of a group is clearly larger than usual, so that another shot may begin there.

    Not compared with the key frame: a simple shot needs few bytes.
    """
    frames = forward(group)
    most = FEW_FRAMES.of_usual * _usual(frames)
    return any(one.size >= most and _counts(one, group) for one in frames)


def large(group: Group) -> list[tuple[float, float]]:
    """The frames that most likely begin a shot: the time of the frame before each, and its own, in seconds.

    They are also nearly as large as a key frame.
    """
    frames = forward(group)
    least = max(FEW_FRAMES.of_key * group.coded[0].size, FEW_FRAMES.of_usual * _usual(frames))
    return [(one.before, one.time) for one in frames if one.size >= least and _counts(one, group)]


def _usual(frames: list[Forward]) -> float:
    return median([one.size for one in frames] or [0])


def _counts(one: Forward, group: Group) -> bool:
    """Encoders give the first frames after a key frame more bytes; a cut there would be within a flash."""
    return one.time > group.start + CUT_DETECTION.flash_s
