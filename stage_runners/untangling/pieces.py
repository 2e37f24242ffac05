"""Lays the turns of people who speak at once out one after the other, each from the speaker's own track.

A recogniser that hears two voices at once loses words of both. So every knot, a stretch of turns that
overlap, is replaced by its turns in order of their starts, with a pause between them; what lies between knots
stays the mix of all. The recording grows by what overlaps, and by the pauses. Without overlap it does not
change, nor where the tracks of two speakers have the same sound, as of a single microphone. Times in it are
put back by `stage_runners.attribution.put_back`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from stage_runners.untangling.thresholds import APART


@dataclass(frozen=True)
class Turn:
    """`speaker` talks from `start` to `end`, in seconds of the film."""

    start: float
    end: float
    speaker: str


@dataclass(frozen=True)
class Piece:
    """What is laid out at `start`: the film from `at`, `seconds` long; `turn` if it is of one speaker."""

    start: float
    at: float
    seconds: float
    turn: Turn | None = None

    @property
    def end(self) -> float:
        """The end in the new recording."""
        return self.start + self.seconds


def pieces_of(
    turns: Sequence[Turn],
    length: float,
    alike: Callable[[Turn, Turn], bool] = lambda _, __: False,
    check: Callable[[float], None] = lambda _: None,
) -> list[Piece]:
    """The pieces of a film of `length` seconds, in order. Turns of one speaker do not overlap.

    `alike` tells whether the tracks of two speakers have the same sound while both have a turn.
    `check` is called with the seconds of the film that are done, for each turn that may overlap others.
    """
    ordered = sorted(turns, key=lambda turn: (turn.start, turn.end, turn.speaker))
    result: list[Piece] = []
    clock = cursor = 0.0

    def lay(at: float, end: float, turn: Turn | None) -> None:
        nonlocal clock
        if end > at:
            start = clock + APART.pause_s if result else clock
            result.append(Piece(start, at, end - at, turn))
            clock = start + end - at

    groups = list(_groups(ordered))
    for number, group in enumerate(groups):
        if not _overlap(group, alike, check):
            continue
        before = max(turn.end for turn in groups[number - 1]) if number else 0.0
        after = groups[number + 1][0].start if number + 1 < len(groups) else length
        padded = _padded(group, before, after)
        lay(cursor, min(start for start, _ in padded), None)
        for turn, (start, end) in zip(group, padded, strict=True):
            lay(start, end, turn)
        cursor = max(end for _, end in padded)
    lay(cursor, length, None)
    return result


def speech_of(pieces: Sequence[Piece], regions: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Where the new recording has speech: the turns that are laid out, and the film's `regions` elsewhere."""
    result = []
    first = 0
    for piece in pieces:
        away = piece.start - piece.at
        if piece.turn:
            result.append((piece.turn.start + away, piece.turn.end + away))
            continue
        while first < len(regions) and regions[first][1] <= piece.at:
            first += 1
        for start, end in regions[first:]:
            if start >= piece.at + piece.seconds:
                break
            shared = max(start, piece.at), min(end, piece.at + piece.seconds)
            whole = shared == (start, end)
            if whole or shared[1] - shared[0] >= APART.sliver_s:
                result.append((shared[0] + away, shared[1] + away))
    return result


def _groups(ordered: Sequence[Turn]) -> Iterator[list[Turn]]:
    """The turns that overlap, directly or by way of others, in order."""
    group: list[Turn] = []
    end = 0.0
    for turn in ordered:
        if group and turn.start >= end:
            yield group
            group = []
        end = max(end, turn.end) if group else turn.end
        group.append(turn)
    if group:
        yield group


def _overlap(
    group: Sequence[Turn], alike: Callable[[Turn, Turn], bool], check: Callable[[float], None]
) -> bool:
    """Whether two turns of a group overlap by more than the edges of turns are off, in tracks that differ."""
    for number, turn in enumerate(group):
        check(turn.start)
        for other in islice(group, number + 1, None):
            shared = min(turn.end, other.end) - other.start
            if shared <= 0:
                break
            if shared >= APART.least_s and not alike(turn, other):
                return True
    return False


def _padded(group: Sequence[Turn], before: float, after: float) -> list[tuple[float, float]]:
    """Each turn with a margin: at most half of the pause to the same voice, or to what is beside the group.

    What is beside it ends at `before`, and goes on at `after`.
    """
    ended: dict[str, float] = {}
    starts = []
    for turn in group:
        starts.append(turn.start - min(APART.pad_s, (turn.start - ended.get(turn.speaker, before)) / 2))
        ended[turn.speaker] = turn.end
    following: dict[str, float] = {}
    ends = []
    for turn in reversed(group):
        ends.append(turn.end + min(APART.pad_s, (following.get(turn.speaker, after) - turn.end) / 2))
        following[turn.speaker] = turn.start
    return list(zip(starts, reversed(ends), strict=True))
