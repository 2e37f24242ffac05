"""The cues of the file as they are divided there, for --keep-cues: which words of the film are in which.

A cue is kept whole if at least half of its words are in the film, one behind the other. Words of it elsewhere
are dropped then, because its whole text is shown. Of other cues the spoken words are laid out anew.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, NamedTuple

from ipc.intervals import Interval
from stage_runners.known_text.lines import WrittenCue
from stage_runners.known_text.placing import RECOGNISED, Extra, Placed
from stage_runners.known_text.tables import EXTRA, Piece, Source, pieces

LEAST_SHARE = 0.5
"""Share of its words that a cue needs in one place of the film to be shown whole."""
_PASSES = 4
_SAME_S = 0.5
"""Seconds by which the cues on both sides of a sound may be moved differently, for it to move with them."""
_NEAR_S = 60.0
"""Seconds from a sound to a cue that it moves with."""
COLUMNS = ("cue", "text", "codes", "words", "complete", "start", "end")


class Run(NamedTuple):
    """Words of one cue behind each other: its number, None for other words, and their places in the film."""

    cue: int | None
    first: int
    last: int


@dataclass(frozen=True)
class Kept:
    """What is shown: pieces in the order of the film, and the `runs` that they form.

    `extra` is the extra speech that stays between cues. What is missing in a kept cue is `kept` in `placed`.
    """

    pieces: list[Piece]
    runs: list[Run]
    extra: list[Extra]
    placed: Placed

    @property
    def cues(self) -> int:
        """The number of cues that are kept."""
        return sum(run.cue is not None for run in self.runs)


def kept(source: Source, placed: Placed, extra: Sequence[Extra], cues: Mapping[int, WrittenCue]) -> Kept:
    """Decide which of the file's `cues` are shown as they are; without any, all words are laid out."""
    if not cues:
        return Kept(pieces(source, placed, extra), [], list(extra), placed)
    extra = _between_cues(source, placed, extra)
    count = Counter(source.lines[word.line].number for word in source.words)
    found = _without_unheard(source, pieces(source, placed, extra), count)
    numbers = [_cue_of(source, piece) for piece in found]
    least = {number: max(1.0, LEAST_SHARE * words) for number, words in count.items() if number in cues}
    for last_pass in [False] * _PASSES + [True]:
        outside = _strays(_runs(numbers), least)
        shortest = min((run.last - run.first for run in outside), default=0)
        gone = {
            k
            for run in outside
            if last_pass or run.last - run.first == shortest
            for k in range(run.first, run.last)
        }
        found = [piece for k, piece in enumerate(found) if k not in gone]
        numbers = [number for k, number in enumerate(numbers) if k not in gone]
        if not gone:
            break
    runs = _runs(numbers)
    often = Counter(run.cue for run in runs)
    whole = {
        run.cue
        for run in runs
        if run.cue in least and often[run.cue] == 1 and run.last - run.first >= least[run.cue]
    }
    missing = [
        replace(one, kept=True) if source.lines[source.words[one.word].line].number in whole else one
        for one in placed.missing
    ]
    shown = _runs([number if number in whole else None for number in numbers])
    return Kept(found, shown, extra, Placed(placed.spots, missing, placed.extra))


def _without_unheard(source: Source, found: list[Piece], count: Mapping[int, int]) -> list[Piece]:
    """The pieces without those of songs and signs that were not recognised: nobody has to say them.

    What is left of such a cue would displace it from its own time.
    """
    speaking = {line.number for line in source.lines if not line.optional}
    heard = Counter(_cue_of(source, piece) for piece in found if piece.method == RECOGNISED)
    unheard = {
        number
        for number, words in count.items()
        if number not in speaking and heard[number] <= LEAST_SHARE * words
    }
    return [piece for piece in found if _cue_of(source, piece) not in unheard]


def _cue_of(source: Source, piece: Piece) -> int | None:
    kind, line, _ = piece.group
    return None if kind == EXTRA else source.lines[line].number


def _between_cues(source: Source, placed: Placed, extra: Sequence[Extra]) -> list[Extra]:
    """Extra speech without that inside a cue, whose text has no place for it."""
    found = pieces(source, placed, extra)
    inside: set[int] = set()
    waiting: set[int] = set()
    before: int | None = None
    for piece in found:
        number = _cue_of(source, piece)
        if number is None:
            waiting.add(piece.group[1])
            continue
        if number == before:
            inside |= waiting
        before, waiting = number, set()
    return [one for k, one in enumerate(extra) if k not in inside]


def _runs(numbers: Sequence[int | None]) -> list[Run]:
    result, at = [], 0
    for number, group in groupby(numbers):
        length = len(list(group))
        result.append(Run(number, at, at + length))
        at += length
    return result


def _strays(runs: Sequence[Run], least: Mapping[int, float]) -> list[Run]:
    """The runs of a cue beside its longest one, if that is long enough."""
    longest: dict[int, Run] = {}
    for run in runs:
        if run.cue in least and run.cue is not None:
            best = longest.setdefault(run.cue, run)
            if run.last - run.first > best.last - best.first:
                longest[run.cue] = run
    return [
        run
        for run in runs
        if run.cue in longest
        and run is not longest[run.cue]
        and longest[run.cue].last - longest[run.cue].first >= least[run.cue]
    ]


def rows(
    made: Kept, cues: Mapping[int, WrittenCue], source: Source, silent: Mapping[int, Interval]
) -> list[dict[str, Any]]:
    """Rows of the table `kept_cues`: each run of words of the film, and the `silent` cues."""
    lost: Collection[int] = {source.lines[source.words[one.word].line].number for one in made.placed.missing}
    of_words = [
        _row(run.cue, cues, [piece.text for piece in made.pieces[run.first : run.last]])
        | {"complete": run.cue not in lost}
        for run in made.runs
    ]
    return of_words + [_row(number, cues, []) | {"start": a, "end": b} for number, (a, b) in silent.items()]


def _row(number: int | None, cues: Mapping[int, WrittenCue], words: list[str]) -> dict[str, Any]:
    cue = cues[number] if number is not None else None
    return {
        "cue": number,
        "text": cue.text if cue else "",
        "codes": [f"{one.at} {one.code}" for one in cue.codes] if cue else [],
        "words": words,
        "complete": True,
        "start": None,
        "end": None,
    }


def silent_cues(
    made: Kept, cues: Mapping[int, WrittenCue], source: Source, seconds: float
) -> dict[int, Interval]:
    """Cues in which nobody has to speak (sounds, songs, signs), with their times in the film, by number.

    They are moved as the kept cues beside them are, if the times of the file fit those: both sides by the
    same. A text with other times has no place for them. `seconds` is the length of the clip.
    """
    moved = sorted(
        (span[0], made.pieces[run.first].start - span[0])
        for run in made.runs
        if run.cue is not None and (span := cues[run.cue].span)
    )
    starts = [start for start, _ in moved]
    speaking = {line.number for line in source.lines if not line.optional}
    speaking |= {source.lines[piece.group[1]].number for piece in made.pieces if piece.group[0] != EXTRA}
    result: dict[int, Interval] = {}
    for number, cue in cues.items():
        if number in speaking or cue.span is None or not cue.text:
            continue
        start, end = cue.span
        at = bisect_left(starts, start)
        beside = [one for one in moved[max(0, at - 1) : at + 1] if abs(one[0] - start) <= _NEAR_S]
        offsets = [offset for _, offset in beside]
        if not beside or max(offsets) - min(offsets) > _SAME_S:
            continue
        offset = min(beside, key=lambda one: abs(one[0] - start))[1]
        if 0 <= start + offset < seconds:
            result[number] = (start + offset, end + offset)
    return result
