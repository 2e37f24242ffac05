"""The parts of a film, from one key frame to the next, with the pictures that were decoded of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from statistics import median

from stage_runners.shots.coded import Coded, Group
from stage_runners.shots.decoder import Picture
from stage_runners.shots.thresholds import CUT_DETECTION, FEW_FRAMES

Span = tuple[float, float]
"""A range of time in seconds, ends included."""
_EVEN = 1e-6
"""Seconds: two times closer than this are equal."""


@dataclass
class Part:
    """A group, and what was decoded of it.

    `frames` are what is shown from its key frame up to the next one, in the order in which it is decoded:
    some of it may belong to the next group, after the key frame there, which is then among them. `end` is the
    time of the next key frame, infinite at the end of the film. `changes` is whether that key frame is unlike
    its own, `whole` whether pictures up to its end were decoded.
    """

    group: Group
    frames: list[Coded]
    end: float
    changes: bool = False
    whole: bool = True
    _known: dict[float, Picture] = field(default_factory=dict)

    @property
    def start(self) -> float:
        """The time of its key frame in seconds."""
        return self.group.start

    @cached_property
    def times(self) -> list[float]:
        """The times of its frames in seconds, ascending."""
        return sorted(one.time for one in self.frames if self.start <= one.time < self.end)

    @cached_property
    def step(self) -> float:
        """The seconds from a frame to the next."""
        return median([b - a for a, b in pairwise(self.times)] or [0.0])

    @cached_property
    def reach(self) -> float:
        """Seconds on either side of a change that `cuts` needs, at this part's frame rate."""
        return max(CUT_DETECTION.flash_s, CUT_DETECTION.neighbours * self.step) + FEW_FRAMES.leads * self.step

    @property
    def head(self) -> Span:
        """Its start, as far as a change there needs."""
        return self.start, self.start + self.reach

    @property
    def tail(self) -> Span:
        """Its end, as far as a change there needs."""
        return self.end - self.reach, self.end

    @property
    def pictures(self) -> list[Picture]:
        """All that is known of it, ascending."""
        return [self._known[time] for time in sorted(self._known)]

    def add(self, pictures: Iterable[Picture]) -> None:
        """Note pictures, as far as they belong to this part."""
        self._known.update({one[0]: one for one in self.own(pictures)})

    def own(self, pictures: Iterable[Picture]) -> list[Picture]:
        """Those that belong to this part."""
        return [one for one in pictures if self.start <= one[0] < self.end]

    def touches(self, span: Span) -> bool:
        """Whether a part of a span is in this part."""
        return self.start <= span[1] and span[0] < self.end

    def has(self, span: Span) -> bool:
        """Whether all pictures of a span are known."""
        return all(time in self._known for time in self.times if inside(time, span))

    def until(self, time: float) -> Iterator[Coded]:
        """The frames that are needed to decode all that is shown up to `time`, seconds."""
        latest = float("-inf")
        for one in self.frames:
            if one.time > latest:
                if latest >= time:
                    return
                latest = one.time
            yield one


def parts(groups: Iterator[Group]) -> Iterator[Part]:
    """The groups as parts, one after the other; each is known when the next group is read."""
    last: Group | None = None
    for group in groups:
        if last:
            begun = [group.coded[0], *group.leading] if group.leading else []
            yield Part(last, [*_own(last), *begun], group.start)
        last = group
    if last:
        yield Part(last, _own(last), float("inf"))


def _own(group: Group) -> list[Coded]:
    return [group.coded[0], *group.coded[1 + len(group.leading) :]]


def inside(time: float, span: Span) -> bool:
    """Whether a time is in a span."""
    return span[0] - _EVEN <= time <= span[1] + _EVEN


def joined(spans: Sequence[Span], reach: float) -> list[Span]:
    """The spans, ascending; those that are at most `reach` apart are one."""
    result: list[Span] = []
    for first, last in sorted(spans):
        if result and first <= result[-1][1] + reach:
            result[-1] = (result[-1][0], max(last, result[-1][1]))
        else:
            result.append((first, last))
    return result
