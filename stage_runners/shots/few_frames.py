"""Finds the shot changes of a large picture, and decodes only the frames that can show one.

Between two key frames that show the same shot, nothing is decoded if the sizes of the frames between are even
(`sizes`). Elsewhere the frames are decoded that others refer to. Where two neighbours of these do not
resemble each other, all frames around are decoded, and `cuts` judges them as it judges a whole film.
Measurements: docs/decisions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from stage_runners.shots import sizes
from stage_runners.shots.coded import Group, UnsuitableError
from stage_runners.shots.cuts import correlation, cuts, mean_difference
from stage_runners.shots.decoder import Decoder, Picture
from stage_runners.shots.parts import Part, Span, inside, joined, parts
from stage_runners.shots.thresholds import CUT_DETECTION, FEW_FRAMES

Cut = tuple[float, float]
"""Its time in seconds, and its score."""
_LOW, _HIGH = (CUT_DETECTION.same_shot + way * FEW_FRAMES.doubt for way in (-1, 1))
"""Below the one, rough pictures surely show two shots, and from the other on, one."""


class Search:
    """The search in one stream of groups. `note` gets the times of all frames of each group, ascending.

    `rough` decodes what only has to tell where to look, `exact` what decides a doubt.
    """

    def __init__(
        self, groups: Iterator[Group], rough: Decoder, exact: Decoder, note: Callable[[list[float]], None]
    ) -> None:
        self._parts = parts(groups)
        self._rough, self._exact, self._note = rough, exact, note
        self._found: list[Cut] = []
        self._restless = False

    @property
    def decoded(self) -> int:
        """How many frames were decoded; a frame that was decoded twice counts twice."""
        return self._rough.decoded + self._exact.decoded

    def cuts(self) -> list[Cut]:
        """All cuts, ascending; `UnsuitableError` if the film has to be decoded in full."""
        before, here = None, next(self._parts, None)
        short = 0
        while here:
            short = short + 1 if len(here.frames) <= FEW_FRAMES.short else 0
            if short == FEW_FRAMES.shorts:
                raise UnsuitableError("nearly every frame is a key frame")
            self._note(here.times)
            after, decoded = next(self._parts, None), self.decoded
            self._look(before, here, after)
            places = self._judge(before, here, after)
            often = len(places) > 1 if self._restless else self.decoded - decoded > len(here.times)
            before, here, self._restless = here, after, often
        return apart(self._found)

    def _look(self, before: Part | None, here: Part, after: Part | None) -> None:
        """Decode what may show a cut in a part or at its end, roughly; before one, all up to it."""
        alike = correlation(self._key(here)[1], self._key(after)[1]) if after else 1.0
        here.changes = alike < _HIGH
        head = [here.head] if before and before.changes else []
        if after and alike >= FEW_FRAMES.steady and not sizes.uneven(here.group):
            here.whole = False
            if head and not here.has(here.head):
                here.add(self._rough.pictures(here.until(here.head[1]), head))
            return
        spans = [*head, here.tail] if here.changes else head
        if self._restless:
            spans = [(here.start, here.end)]
        elif len(large := sizes.large(here.group)) <= FEW_FRAMES.hints:
            spans += [(first - here.reach, last + here.reach) for first, last in large]
        here.add(self._rough.pictures(here.frames, spans))

    def _key(self, part: Part) -> Picture:
        """The picture of the key frame; decoded exactly, so that damage in it shows."""
        if not part.pictures:
            part.add(self._exact.pictures(part.frames[:1], [(part.start, part.start)]))
        return part.pictures[0]

    def _judge(self, before: Part | None, here: Part, after: Part | None) -> list[Span]:
        """Find the cuts in a part and at its start; returns where they could be.

        No part is decoded more than once roughly for that, and once exactly.
        """
        joins = before.pictures[-2:] if before and before.whole else []
        near = [part for part in (before, here, after) if part]
        reach = max(part.reach for part in near)
        places = joined(changed([*joins, *here.pictures]), here.reach)
        spans = {place: (place[0] - reach, place[1] + reach) for place in places}
        for part in near:
            if missing := [span for span in spans.values() if part.touches(span) and not part.has(span)]:
                part.add(self._rough.pictures(part.until(missing[-1][1]), missing))
        doubts = [place for place, span in spans.items() if not self._settled(place, _shown(near, span))]
        exact: list[Picture] = []
        for part in near:
            if wanted := [spans[place] for place in doubts if part.touches(spans[place])]:
                exact += part.own(self._exact.pictures(part.until(wanted[-1][1]), wanted))
        for place in doubts:
            run = [one for one in exact if inside(one[0], spans[place])]
            self._found.extend(_within(place, cuts(run)))
        return places

    def _settled(self, place: Span, run: list[Picture]) -> bool:
        """Whether rough pictures tell the cuts of a place; if so, note them."""
        low, high = (_within(place, cuts(run, alike)) for alike in (_LOW, _HIGH))
        settled = [time for time, _ in low] == [time for time, _ in high]
        self._found.extend(high if settled else [])
        return settled


def _shown(near: Sequence[Part], span: Span) -> list[Picture]:
    return [one for part in near for one in part.pictures if inside(one[0], span)]


def changed(pictures: Sequence[Picture]) -> list[Span]:
    """Between which pictures, neighbours or with one between, a cut can be; also where some lack."""
    found = [
        (one[0], other[0])
        for one, other in pairwise(pictures)
        if other[0] - one[0] > FEW_FRAMES.gap_s or unlike(one, other)
    ]
    for one, mixed, other in zip(pictures, pictures[1:], pictures[2:], strict=False):
        steps = [mean_difference(a[1], b[1]) for a, b in ((one, mixed), (mixed, other))]
        if min(steps) >= CUT_DETECTION.mixed * sum(steps) and unlike(one, other):
            found.append((one[0], other[0]))
    return found


def unlike(one: Picture, other: Picture) -> bool:
    """Whether two rough pictures may show different shots."""
    if mean_difference(one[1], other[1]) < CUT_DETECTION.least_difference:
        return False
    return correlation(one[1], other[1]) < _HIGH


def _within(place: Span, found: Iterable[Cut]) -> list[Cut]:
    return [cut for cut in found if place[0] < cut[0] <= place[1]]


def apart(found: Sequence[Cut]) -> list[Cut]:
    """The cuts, ascending; of those closer than a flash lasts, the one that stands out most."""
    result: list[Cut] = []
    for cut in sorted(found):
        if result and cut[0] - result[-1][0] <= CUT_DETECTION.flash_s:
            result[-1] = max(cut, result[-1], key=lambda one: one[1])
        else:
            result.append(cut)
    return result
