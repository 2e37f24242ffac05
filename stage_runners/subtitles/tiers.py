"""The transcript as annotation tools hold it: for every speaker a tier of utterances and one of words.

An utterance is a run of a speaker's words in one segment. Times are whole milliseconds. In a tier, intervals
are in order, have a length, and do not overlap; other speakers' words are in other tiers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from stage_runners.subtitles import plain_text
from stage_runners.subtitles.output_format import Document
from stage_runners.subtitles.tokens import completed
from stage_runners.subtitles.word_spans import spans

UNKNOWN = "unknown"
"""The tier of words without a speaker in a film with speakers."""
EVERYBODY = "utterances"
"""The tier of a film without speakers."""
CUES = "cues"
_WORDS = "{} - words"
"""The name of a speaker's tier of words, as forced aligners name theirs."""


class Interval(NamedTuple):
    """A text from `start` to `end`, in milliseconds."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Tier:
    """The utterances and the words of one speaker; `speaker` is empty if it is not known.

    `name` and `words_name` are the names of the two tiers, different from those of all others.
    """

    name: str
    words_name: str
    speaker: str
    utterances: Sequence[Interval]
    words: Sequence[Interval]


class _Word(NamedTuple):
    start: int
    end: int
    text: str
    space: bool
    segment: int


def tiers_of(document: Document) -> list[Tier]:
    """A tier for each speaker's name, in order of first appearance; words without a speaker come last."""
    rows = completed(document.segments, document.words)
    spoken: dict[str, list[_Word]] = {name: [] for name in document.names.values()}
    for row, (start, end) in zip(rows, spans(rows, document.segments), strict=True):
        if text := " ".join(plain_text.plain(row["text"]).split()):
            name = document.names.get(row["speaker"] or "", "")
            word = _Word(start, max(end, start + 1), text, bool(row["space"]), int(row["segment"]))
            spoken.setdefault(name, []).append(word)
    several = any(name and words for name, words in spoken.items())
    taken = {CUES}
    return [
        _tier(name, _free(name or (UNKNOWN if several else EVERYBODY), taken), words, taken)
        for name, words in sorted(spoken.items(), key=lambda one: not one[0])
        if words
    ]


def cues_of(document: Document) -> list[Interval]:
    """The cues on one line each, with labels; one that begins before another ends is cut there."""
    cues = sorted(document.cues, key=lambda cue: cue.start)
    return _apart([Interval(c.start, c.end, " ".join(c.text(labels=True).split())) for c in cues])


def _free(name: str, taken: set[str]) -> str:
    """The name, with a number if it is `taken`: programs look tiers up by name."""
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    taken.add(free)
    return free


def _tier(speaker: str, name: str, words: Sequence[_Word], taken: set[str]) -> Tier:
    runs: list[list[_Word]] = []
    after = _after_each_other(sorted(words, key=lambda word: word.start))
    for word in after:
        if runs and runs[-1][-1].segment == word.segment:
            runs[-1].append(word)
        else:
            runs.append([word])
    return Tier(
        name,
        _free(_WORDS.format(name), taken),
        speaker,
        [Interval(run[0].start, run[-1].end, _joined(run)) for run in runs],
        [Interval(word.start, word.end, word.text) for word in after],
    )


def _after_each_other(words: Sequence[_Word]) -> list[_Word]:
    """The words in order of their starts, each cut where the next one begins; equal starts are one word."""
    result: list[_Word] = []
    for word in words:
        last = result[-1] if result else None
        if last is not None and word.start == last.start:
            result[-1] = last._replace(end=max(last.end, word.end), text=_joined([last, word]))
            continue
        if last is not None and last.end > word.start:
            result[-1] = last._replace(end=word.start)
        result.append(word)
    return result


def _joined(words: Sequence[_Word]) -> str:
    return "".join((" " if word.space else "") + word.text for word in words).strip()


def _apart(intervals: Sequence[Interval]) -> list[Interval]:
    """Intervals in order of their starts, without overlaps; of several that begin together, as one."""
    result: list[Interval] = []
    for one in intervals:
        last = result[-1] if result else None
        if last is not None and one.start <= last.start:
            result[-1] = Interval(last.start, max(last.end, one.end), f"{last.text} {one.text}".strip())
            continue
        if last is not None and last.end > one.start:
            result[-1] = last._replace(end=one.start)
        result.append(one)
    return [one for one in result if one.end > one.start]
