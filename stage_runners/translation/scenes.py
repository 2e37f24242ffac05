"""Scenes of a film, found in its dialogue: where a translator's context begins anew.

A scene ends in a long pause, or in a shorter one with a shot change after which others speak. Judgements, not
fitted to films.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from stage_runners.translation.thresholds import SCENES
from stage_runners.translation.translator import Line


def first_lines(lines: Sequence[Line], shots: Sequence[float]) -> list[int]:
    """The places in `lines` at which a scene begins, 0 first. `shots` are shot changes in seconds."""
    found = [0] if lines else []
    for k in range(1, len(lines)):
        if k - found[-1] >= SCENES.shortest and _ends(lines, k, shots):
            found.append(k)
    return found


def numbers(lines: Sequence[Line], shots: Sequence[float]) -> list[int]:
    """The number of each line's scene, from 0."""
    starts = set(first_lines(lines, shots))
    result: list[int] = []
    for k in range(len(lines)):
        result.append((result[-1] if result else -1) + (k in starts))
    return result


def cut(scene: Sequence[int], size: int, least: int) -> list[int]:
    """The sizes of groups of at most `size` neighbours, given the scene of each.

    A group ends with a scene, if that leaves it `least` lines; the last scene that does decides.
    """
    sizes: list[int] = []
    first = 0
    while first < len(scene):
        last = min(len(scene), first + size)
        if last < len(scene):
            ends = [k for k in range(first + least, last + 1) if scene[k] != scene[k - 1]]
            last = ends[-1] if ends else last
        sizes.append(last - first)
        first = last
    return sizes


def _ends(lines: Sequence[Line], k: int, shots: Sequence[float]) -> bool:
    """Whether a scene ends between the lines k - 1 and k."""
    end, start = lines[k - 1].end, lines[k].start
    pause = start - end
    if pause >= SCENES.pause:
        return True
    if pause < SCENES.pause_shot or not _shot_between(shots, end, start):
        return False
    before = {line.speaker for line in lines[max(0, k - SCENES.around) : k] if line.speaker}
    after = {line.speaker for line in lines[k : k + SCENES.around] if line.speaker}
    return not before or not after or len(before & after) <= SCENES.shared * len(before | after)


def _shot_between(shots: Sequence[float], start: float, end: float) -> bool:
    k = bisect_left(shots, start)
    return k < len(shots) and shots[k] <= end
