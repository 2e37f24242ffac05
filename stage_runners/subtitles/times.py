"""Sets the start and end of cues by their words, reading time, the gap to the next cue, and shot changes.

The rules about shots follow Netflix's Subtitle Timing Guidelines, section 2, with a window of half a second
(12 frames of 24). A start in the window after a cut, or in the last two thirds of the window before it, moves
to the cut; one in the first third moves to the start of the window. An end in the window on either side of a
cut moves to one minimum gap before the cut or, if the speech continues past the cut, to the end of the window
or to the next cue. Speech and reading come first: no cue is moved if it, or its neighbour, would become
unreadable.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ipc.cue_rules import GRID_MS
from stage_runners.subtitles.cues import Profile
from stage_runners.subtitles.thresholds import CUE_TIMES

NEVER = 1 << 50


@dataclass(frozen=True, slots=True)
class Times:
    """The times of a cue in milliseconds: shown from `start` to `end`, spoken from `onset` to `spoken`.

    `needed` is its reading time; `snapped` is whether a shot change determines its start.
    """

    onset: int
    spoken: int
    needed: int
    start: int
    end: int = 0
    snapped: bool = False

    def readable(self, start: int, end: int, profile: Profile) -> bool:
        """Whether it is readable, and visible, between `start` and `end`."""
        return end - start >= max(self.needed, profile.min_ms)


def timed(times: Sequence[Times], profile: Profile, shots: Sequence[float] = ()) -> list[Times]:
    """The cues with ends, and with starts and ends moved to nearby `shots` (in ms, ascending)."""
    cuts = shots if profile.snap_ms else ()
    result = list(times)
    if cuts:
        result = _starts(result, profile, cuts)
    for k, one in enumerate(result):
        limit = result[k + 1].start - profile.gap_ms if k + 1 < len(result) else NEVER
        if cuts and k + 1 < len(result) and _on_a_cut(result[k + 1].start, cuts):
            limit = _before(_nearest(result[k + 1].start, cuts), profile)
        end = _end(one, limit, profile)
        result[k] = replace(one, end=_end_by_cut(one, end, limit, profile, cuts) if cuts else end)
    return result


def _end(one: Times, limit: int, profile: Profile) -> int:
    """The end by its words and reading time, at most `limit`; it is `limit` if little is missing."""
    room = min(limit - one.start, profile.max_ms)
    said = one.spoken - one.start
    shown = min(room, max(said + profile.hold_ms, one.needed, profile.min_ms))
    if room < profile.max_ms and room - shown < profile.chain_ms - profile.gap_ms:
        shown = room
    return one.start + shown


def _starts(times: list[Times], profile: Profile, cuts: Sequence[float]) -> list[Times]:
    result = list(times)
    for k, one in enumerate(times):
        before = result[k - 1] if k else None
        after = times[k + 1].start - profile.gap_ms if k + 1 < len(times) else NEVER
        for start in _places_to_start(one, profile, cuts):
            if _may_start(one, start, after, profile) and _leaves_room(before, one, start, profile, cuts):
                result[k] = replace(one, start=start, snapped=True)
                break
    return result


def _places_to_start(one: Times, profile: Profile, cuts: Sequence[float]) -> list[int]:
    """The starts that the rules prefer, the nearest first; empty if its start is good."""
    window = profile.snap_ms
    at = bisect_left(cuts, one.start)
    found: list[int] = []
    for cut in cuts[max(0, at - 1) : at + 1]:
        ahead = cut - one.onset
        if -window < ahead <= window * CUE_TIMES.snap_ahead:
            found.append(_grid(cut))
        elif 0 < ahead < window:
            found.append(_grid(cut - window))
    return sorted((start for start in found if start >= 0), key=lambda start: abs(start - one.start))


def _may_start(one: Times, start: int, after: int, profile: Profile) -> bool:
    """Whether the cue, shown from `start` on, still meets the limits that it met before."""
    if one.spoken - start > profile.max_ms and one.spoken - one.start <= profile.max_ms:
        return False
    if start <= one.start:
        return True
    end = min(after, start + profile.max_ms)
    if end - start < profile.min_ms or one.spoken <= start:
        return False
    # A cue that cannot be read anyway may lose two frames, to avoid a flash before the cut.
    doomed = not one.readable(one.start, min(after, one.start + profile.max_ms), profile)
    return one.readable(start, end, profile) or (
        doomed and start - one.start <= CUE_TIMES.flash_frames * profile.frame_ms
    )


def _leaves_room(
    before: Times | None, one: Times, start: int, profile: Profile, cuts: Sequence[float]
) -> bool:
    """Whether the previous cue keeps its words and stays readable if this one starts at `start`."""
    if before is None or start >= one.start:
        return True
    cut = _nearest(start, cuts)
    end = _before(cut, profile) if _grid(cut) == start else start - profile.gap_ms
    return before.spoken <= end and before.readable(before.start, end, profile)


def _end_by_cut(one: Times, end: int, limit: int, profile: Profile, cuts: Sequence[float]) -> int:
    """The end, moved away from a shot change that it would narrowly miss."""
    window = profile.snap_ms
    at = bisect_left(cuts, end)
    near = [
        cut for cut in cuts[max(0, at - 1) : at + 1] if abs(end - cut) < window and cut > one.start + window
    ]
    latest = min(limit, one.start + profile.max_ms)
    for cut in sorted(near, key=lambda cut: abs(end - cut)):
        there, beyond = _before(cut, profile), _grid(cut + window)
        cut_short = one.spoken - there
        kept = one.readable(one.start, there, profile) or there >= end
        if kept and cut_short <= window * CUE_TIMES.cut_short and there <= latest:
            return there
        if there < end and latest - cut >= window * CUE_TIMES.beyond:
            return max(min(beyond, latest), end)
    return end


def _before(cut: float, profile: Profile) -> int:
    """The end of a cue that leaves the gap of frames free before `cut`."""
    frames = profile.gap_frames * profile.frame_ms
    return _grid(cut - max(frames, profile.gap_ms if frames <= profile.gap_ms - GRID_MS else 0))


def _grid(milliseconds: float) -> int:
    """The time rounded down to the grid, because a cue must not start after the first frame of its shot."""
    return math.floor(round(milliseconds / GRID_MS, 4)) * GRID_MS


def _nearest(time: float, cuts: Sequence[float]) -> float:
    at = bisect_left(cuts, time)
    return min(cuts[max(0, at - 1) : at + 1], key=lambda cut: abs(cut - time))


def _on_a_cut(start: int, cuts: Sequence[float]) -> bool:
    return _grid(_nearest(start, cuts)) == start
