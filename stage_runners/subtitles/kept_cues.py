"""Cues that a text keeps as they are divided there (--keep-cues): which words of the run are in which."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any, NamedTuple, cast

from ipc import cue_rules
from ipc.edits import Shown
from ipc.override_codes import Code
from ipc.rows import WordRow
from stage_runners.subtitles.cues import Cue, Line, Profile
from stage_runners.subtitles.edits.cues import cue_of, lines_of
from stage_runners.subtitles.sdh import FLAG as SOUND
from stage_runners.subtitles.tokens import PlacedWord, Token


@dataclass(frozen=True)
class KeptCue:
    """A cue as its author wrote it, and of how many words of the run; `complete` if all of it is spoken."""

    text: str
    codes: tuple[Code, ...]
    words: int
    complete: bool

    @property
    def characters(self) -> int:
        """Characters to read."""
        return cue_rules.characters(self.text.split("\n"))

    def lines(self, tokens: Sequence[Token]) -> tuple[Line, ...]:
        """Its lines, with the speakers of its words: those of a dialogue, or who says most of it."""
        turns = [speaker for speaker, _ in groupby(token.speaker for token in tokens)]
        dialogue = self._spoken_by(turns)
        if len(turns) > 1 and sum(bool(line.dash) for line in dialogue) == len(turns):
            return dialogue
        most = Counter(token.speaker for token in tokens).most_common(1)[0][0]
        return self._spoken_by([most])

    def flags(self, lines: Sequence[Line], shown_ms: int, limits: Profile) -> list[str]:
        """The rules that it breaks, and whether some of it is perhaps not spoken."""
        rules = cue_rules.broken([line.shown() for line in lines], shown_ms, limits)
        return rules if self.complete else [*rules, "perhaps_unspoken"]

    def _spoken_by(self, speakers: Sequence[str | None]) -> tuple[Line, ...]:
        names = tuple(name or "" for name in speakers)
        return lines_of(Shown(start=0, end=0, text=self.text, speakers=names, codes=self.codes))


class Run(NamedTuple):
    """A kept cue in a list of tokens, and the end of its own."""

    last: int
    cue: KeptCue


def runs(tokens: Sequence[Token], kept: Mapping[int, KeptCue]) -> dict[int, Run]:
    """The kept cues by their first tokens."""
    result: dict[int, Run] = {}
    at = 0
    for number, group in groupby(token.cue for token in tokens):
        last = at + len(list(group))
        if number is not None and number in kept:
            result[at] = Run(last, kept[number])
        at = last
    return result


def marked(
    words: Sequence[WordRow], rows: Sequence[Mapping[str, Any]]
) -> tuple[list[PlacedWord], dict[int, KeptCue]]:
    """The words, each with its `cue`, and these cues by their numbers. `rows` are of the table `kept_cues`.

    Words may have been corrected since: one between two words of a cue belongs to it.
    """
    if not rows:
        return cast("list[PlacedWord]", list(words)), {}
    texts = [text for row in rows for text in row["words"]]
    owners = [row["cue"] for row in rows for _ in row["words"]]
    found: list[int | None] = [None] * len(words)
    given = [word["text"] for word in words]
    blocks: Sequence[tuple[int, int, int]] = [(0, 0, len(texts))]
    if texts != given:
        blocks = SequenceMatcher(None, texts, given, autojunk=False).get_matching_blocks()
    matched = [False] * len(words)
    for theirs, ours, length in blocks:
        found[ours : ours + length] = owners[theirs : theirs + length]
        matched[ours : ours + length] = [True] * length
    before: int | None = None
    waiting: list[int] = []
    for k, owner in enumerate(found):
        if not matched[k]:
            waiting.append(k)
            continue
        if owner is not None and owner == before:
            for place in waiting:
                found[place] = owner
        before, waiting = owner, []
    count = Counter(found)
    cues = {
        row["cue"]: KeptCue(
            row["text"],
            _codes(row["codes"]),
            count[row["cue"]],
            row["complete"],
        )
        for row in rows
        if row["cue"] is not None and row["words"]
    }
    numbered = [{**word, "cue": owner} for word, owner in zip(words, found, strict=True)]
    return cast("list[PlacedWord]", numbered), cues


class Silent:
    """The kept cues in which nobody speaks, shown where there is room for them. `rows` as for `marked`."""

    def __init__(self, rows: Sequence[Mapping[str, Any]], limits: Profile) -> None:
        self._limits = limits
        self._cues = [
            cue_of(
                Shown(start=row["start"], end=row["end"], text=row["text"], codes=_codes(row["codes"])), ()
            )
            for row in sorted(rows, key=lambda row: row["start"] or 0.0)
            if not row["words"] and row["start"] is not None
        ]

    def without_room(self, cues: Sequence[Cue]) -> int:
        """How many are not among the cues that are shown, because others are at their time."""
        shown = Counter(cue.text() for cue in cues if SOUND in cue.flags)
        return sum((Counter(cue.text() for cue in self._cues) - shown).values())

    def added(self, cues: Sequence[Cue]) -> list[Cue]:
        """The cues, and those of these with room for `min_ms`, or for all of their time in the file.

        These have flags for the rules that they break: a sign or a song may stay longer than `max_ms`.
        """
        result = sorted(cues, key=lambda cue: cue.start)
        for one in self._cues:
            at = bisect_right(result, one.start, key=lambda cue: cue.start)
            start, end = one.start, max(one.end, one.start + self._limits.min_ms)
            if at:
                start = max(start, max(cue.end for cue in result[max(0, at - 3) : at]) + self._limits.gap_ms)
            if at < len(result):
                end = min(end, result[at].start - self._limits.gap_ms)
            if end - start >= min(self._limits.min_ms, one.end - one.start):
                broken = cue_rules.broken([line.shown() for line in one.lines], end - start, self._limits)
                result.insert(at, replace(one, start=start, end=end, flags=(SOUND, *broken)))
        return result


def _codes(written: Sequence[str]) -> tuple[Code, ...]:
    return tuple(Code(int(place), code) for place, _, code in (one.partition(" ") for one in written))


def whole(words: Sequence[WordRow], cues: Mapping[int, KeptCue]) -> list[PlacedWord]:
    """The words; those of a cue that is not all among them, because of an edit, are laid out anew."""
    placed = cast("Sequence[PlacedWord]", words)
    count = Counter(word.get("cue") for word in placed)
    there = {number for number, cue in cues.items() if count[number] == cue.words}
    return [word if word.get("cue") in there else {**word, "cue": None} for word in placed]
