"""Places the words that were not recognised between those that were, and decides what is not spoken.

Between two recognised words, the rest of the text has the time of what was recognised there as something
else, and of speech in which nothing was. What does not fit into that time, at the fastest speech, is not
spoken. What was recognised and has no place in the text is extra.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from statistics import median

from ipc.intervals import Interval, length, overlap, union
from stage_runners.known_text import trust
from stage_runners.known_text.letters import Heard, Matched
from stage_runners.known_text.thresholds import PLACING, TRUST
from stage_runners.known_text.words import Word
from stage_runners.text.grammar import spaceless

RECOGNISED, PLACED = "attention", "placed"
"""The sources of times: those of the recogniser, or between two of those."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A word of the text in the film: its index, seconds, and the source of these."""

    word: int
    start: float
    end: float
    method: str


@dataclass(frozen=True, slots=True)
class Extra:
    """Recognised words that are not in the text: the first and last; whether they stand between two lines."""

    first: int
    last: int
    between: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """A word of the text that is not spoken, and the second at which it would be.

    A few words in a line that is spoken are `kept`: they have a spot all the same, and are to be reviewed; so
    do those in whose place others were `heard`.
    """

    word: int
    at: float
    kept: bool
    heard: bool = False


@dataclass
class Placed:
    """The words in the order of the film; those that are not spoken; and speech that is not in the text."""

    spots: list[Spot] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    extra: list[Extra] = field(default_factory=list)


@dataclass(frozen=True)
class _Gap:
    """Words of the text between two recognised ones.

    `start` and `end` are seconds, `before` and `after` the words of the text on both sides, -1 at the film's
    ends; `heard` are the recognised words there that match nothing.
    """

    words: list[int]
    start: float
    end: float
    before: int
    after: int
    heard: list[int]


def placed(
    words: Sequence[Word],
    order: Sequence[int],
    times: dict[int, Interval],
    heard: Sequence[Heard],
    result: Matched,
    speech: Sequence[Interval],
    seconds: float,
    *,
    trusted: bool = False,
) -> Placed:
    """Place all words; `order`, `times` from `film_order`, `speech` a union of seconds with speech.

    `trusted` is whether a line that is unlike confidently recognised speech is not what was said there.
    """
    # where passages moved, the order of the text is no reason to put a line where nothing is like it
    well = result.share >= PLACING.good or bool(result.moved)
    place = _Placing(words, times, heard, speech, well=well, trusted=trusted)
    anchors = [k for k in order if k in times]
    at = 0
    before, clock, next_heard = -1, 0.0, 0
    for anchor in [*anchors, -1]:
        stop = order.index(anchor, at) if anchor >= 0 else len(order)
        match = result.matches[anchor] if anchor >= 0 else None
        first = match.first[0] if match else len(heard)
        free = [k for k in range(next_heard, first) if not result.heard[k]]
        end = times[anchor][0] if anchor >= 0 else seconds
        place.fill(_Gap(list(order[at:stop]), clock, max(clock, end), before, anchor, free))
        if match is not None:
            place.out.spots.append(Spot(anchor, *times[anchor], RECOGNISED))
            before, clock, next_heard, at = (
                anchor,
                times[anchor][1],
                max(next_heard, match.last[0] + 1),
                stop + 1,
            )
    return place.out


class _Placing:
    def __init__(
        self,
        words: Sequence[Word],
        times: dict[int, Interval],
        heard: Sequence[Heard],
        speech: Sequence[Interval],
        *,
        well: bool,
        trusted: bool,
    ) -> None:
        self._words = words
        self._times = times
        self._heard = heard
        self._speech = speech
        self._well = well
        self._trusted = trusted
        paces = [(end - start) / len(words[k].letters) for k, (start, end) in times.items()]
        self._usual = median(paces) if paces else 0.0
        self.out = Placed()

    def fill(self, gap: _Gap) -> None:
        """Place the words of a gap, or list them as missing; list what else was recognised there."""
        clock, left = gap.start, list(gap.heard)
        for line, rows in groupby(gap.words, lambda k: self._words[k].line):
            own = list(rows)
            part_of_line = any(k >= 0 and self._words[k].line == line for k in (gap.before, gap.after))
            found = self._found(own, left, part_of_line=part_of_line)
            inside = [k for k in left if found[0] <= k <= found[1]] if found else []
            if found and not part_of_line and left.index(inside[0]):
                # what was recognised before it belongs to no line
                self._extra(left[: left.index(inside[0])], gap)
                left = left[left.index(inside[0]) :]
            end = self._heard[inside[-1]].end if inside else gap.end
            start = max(clock, self._heard[inside[0]].start) if inside else clock
            room = self._room(start, max(start, min(end, gap.end)), inside)
            need = sum(self._seconds(k) for k in own)
            slack = self._slack(gap) if part_of_line else 0.0
            if (not inside and self._unlike(own, left) and not part_of_line) or need > length(room) + slack:
                kept = part_of_line and len(own) <= PLACING.kept_words
                self.out.missing += [Missing(k, clock, kept=kept) for k in own]
                if kept:
                    spans = self._shared(own, (), clock, max(clock, gap.end))
                    self.out.spots += [Spot(k, *span, PLACED) for k, span in zip(own, spans, strict=True)]
                continue
            replaced = part_of_line and self._replaces(own, inside)
            if replaced:
                self._extra(inside, gap, in_line=True)
            for k, span in zip(own, self._shared(own, room, start, min(end, gap.end)), strict=True):
                self.out.spots.append(Spot(k, *span, PLACED))
                if replaced:
                    self.out.missing.append(Missing(k, span[0], kept=True, heard=True))
                clock = max(clock, span[1])
            left = [k for k in left if not inside or k > inside[-1]]
        self._extra(left, gap)

    def _found(
        self, own: Sequence[int], left: Sequence[int], *, part_of_line: bool
    ) -> tuple[int, int] | None:
        """The recognised words of a gap that are these words, misheard; None if none are like them."""
        from rapidfuzz import fuzz

        if not left:
            return None
        ours = "".join(self._words[k].letters for k in own)
        owners = [k for k in left for _ in self._heard[k].letters]
        theirs = "".join(self._heard[k].letters for k in left)
        if not ours or not theirs:
            return None
        other = not part_of_line and self._says_other(own, left)
        least = TRUST.likeness if other else PLACING.likeness
        strict = self._well or other
        if len(theirs) <= 1.5 * len(ours) + 4:
            alike = fuzz.partial_ratio(ours, theirs) >= least
            return (left[0], left[-1]) if alike or not strict or part_of_line else None
        best = fuzz.partial_ratio_alignment(ours, theirs)
        if best is None or (best.score < least and strict):
            return None
        return owners[best.dest_start], owners[max(best.dest_start, best.dest_end - 1)]

    def _unlike(self, own: Sequence[int], left: Sequence[int]) -> bool:
        """Whether other words were recognised, by a recogniser that is good in this film."""
        return (self._well and any(self._heard[k].letters for k in left)) or self._says_other(own, left)

    def _says_other(self, own: Sequence[int], left: Sequence[int]) -> bool:
        """Whether what was recognised, if it is not like these words, is certain and long enough to count."""
        ours = sum(len(self._words[k].letters) for k in own)
        theirs = sum(len(self._heard[k].letters) for k in left)
        return (
            self._trusted and theirs >= TRUST.length * ours and trust.certain([self._heard[k] for k in left])
        )

    def _replaces(self, own: Sequence[int], inside: Sequence[int]) -> bool:
        """Whether other words than these were recognised in their place in a spoken line."""
        from rapidfuzz import fuzz

        if min(len(own), len(inside)) < TRUST.listed_words or not self._says_other(own, inside):
            return False
        ours = "".join(self._words[k].letters for k in own)
        theirs = "".join(self._heard[k].letters for k in inside)
        return bool(fuzz.partial_ratio(ours, theirs) < TRUST.likeness)

    def _room(self, start: float, end: float, inside: Sequence[int]) -> list[Interval]:
        """The speech between two times that may be these words."""
        spans = [(self._heard[k].start, self._heard[k].end) for k in inside]
        spans += [(max(start, a), min(end, b)) for a, b in self._speech if overlap(a, b, start, end) > 0]
        return union((max(start, a), min(end, b)) for a, b in spans)

    def _slack(self, gap: _Gap) -> float:
        """Seconds by which the words on both sides are longer than usual in this film.

        A recogniser that leaves out a word gives its time to the words beside it.
        """
        sides = [k for k in (gap.before, gap.after) if k >= 0]
        taken = sum(self._times[k][1] - self._times[k][0] for k in sides)
        letters = sum(len(self._words[k].letters) for k in sides)
        usual = letters * self._usual if self._well else sum(map(self._seconds, sides))
        return max(0.0, taken - usual)

    def _seconds(self, k: int) -> float:
        """The least seconds that a word takes."""
        letters = self._words[k].letters
        slow = sum(map(spaceless, letters))
        return (len(letters) - slow) / PLACING.fastest + slow / PLACING.fastest_spaceless

    def _shared(
        self, own: Sequence[int], room: Sequence[Interval], start: float, end: float
    ) -> list[Interval]:
        """Divide the room among words by their letters; without any, the time between its ends."""
        parts = list(room) or [(start, max(start, end))]
        total, letters = length(parts), sum(len(self._words[k].letters) for k in own) or 1
        done, result = 0.0, []
        for k in own:
            begin = _at(parts, done)
            done += total * len(self._words[k].letters) / letters
            result.append((begin, max(begin, _at(parts, done, end=True))))
        return result

    def _extra(self, left: Sequence[int], gap: _Gap, *, in_line: bool = False) -> None:
        """List recognised words without a place in the text, by run of speech."""
        if not left:
            return
        sides = [self._words[k].line if k >= 0 else -1 - n for n, k in enumerate((gap.before, gap.after))]
        between = sides[0] != sides[1] and not in_line
        run = [left[0]]
        for k in left[1:]:
            if k != run[-1] + 1 or self._heard[k].start - self._heard[run[-1]].end >= PLACING.extra_gap:
                self.out.extra.append(Extra(run[0], run[-1], between))
                run = []
            run.append(k)
        self.out.extra.append(Extra(run[0], run[-1], between))


def _at(parts: Sequence[Interval], done: float, *, end: bool = False) -> float:
    """The time after `done` seconds of the parts; at a border, the end of a part or the start of the next."""
    for start, stop in parts:
        inside = stop - start
        if done < inside or (end and done <= inside + 1e-9):
            return min(stop, start + done)
        done -= inside
    return parts[-1][1]
