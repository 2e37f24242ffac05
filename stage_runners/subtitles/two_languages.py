"""A translation in the cues of its source language, for subtitles in two languages.

The source's cues keep their times. Every word of the translation has a time within its source sentence, so
each cue gets the words of its time; the cut between two cues moves by a few words to where a clause ends, or
where a line may break at least.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from stage_runners.subtitles.cues import DASH
from stage_runners.subtitles.line_breaks import Lines
from stage_runners.subtitles.output_format import Document
from stage_runners.subtitles.thresholds import TWO_LANGUAGES
from stage_runners.subtitles.tokens import Token, tokens


class Shown(NamedTuple):
    """A line of the translation, with the mark of a speaker in a dialogue if it has one."""

    text: str
    dash: str = ""


def in_cues(document: Document, spans: Sequence[tuple[int, int]]) -> list[list[Shown]]:
    """The lines of the translation in each cue of the source, whose `spans` are in milliseconds, in order."""
    result: list[list[Shown]] = [[] for _ in spans]
    if not spans:
        return result
    said = tokens(document.segments, document.words, document.width)
    lines = Lines(said, document.language, document.width, document.most_lines)
    starts = [start for start, _ in spans]
    first = 0
    members: list[list[int]] = [[] for _ in spans]
    while first < len(said):
        last = first
        while last < len(said) and said[last].segment == said[first].segment:
            last += 1
        for cue, (a, b) in _cut(said, lines, first, last, starts):
            members[cue] += range(a, b)
        first = last
    return [_lines_of(found, said, document) for found in members]


def _cut(
    said: Sequence[Token], lines: Lines, first: int, last: int, starts: Sequence[int]
) -> list[tuple[int, tuple[int, int]]]:
    """The cue of each part of the sentence `first`..`last` (exclusive), with the place of the part."""
    at = [max(0, bisect_right(starts, (said[k].start + said[k].end) // 2) - 1) for k in range(first, last)]
    for k in range(1, len(at)):
        at[k] = max(at[k], at[k - 1])
    parts: list[tuple[int, tuple[int, int]]] = []
    begin = first
    for k in range(first + 1, last + 1):
        if k < last and at[k - first] == at[begin - first]:
            continue
        parts.append((at[begin - first], (begin, k)))
        begin = k
    for number in range(1, len(parts)):
        (cue, (a, b)), (following, (_, c)) = parts[number - 1], parts[number]
        near = range(max(a + 1, b - TWO_LANGUAGES.reach), min(c, b + TWO_LANGUAGES.reach + 1))
        best = min(near, key=lambda k: lines.breaks[k] + TWO_LANGUAGES.moved * abs(k - b))
        parts[number - 1], parts[number] = (cue, (a, best)), (following, (best, c))
    return parts


def _lines_of(found: Sequence[int], said: Sequence[Token], document: Document) -> list[Shown]:
    """The tokens as lines; with several speakers, each begins a line with a dash."""
    runs: list[list[Token]] = []
    for k in found:
        if runs and runs[-1][-1].speaker == said[k].speaker:
            runs[-1].append(said[k])
        else:
            runs.append([said[k]])
    dash = DASH if len({run[0].speaker for run in runs}) > 1 else ""
    return [
        Shown(text, dash if not number else "")
        for run in runs
        for number, text in enumerate(_broken(run, document, dash))
    ]


def _broken(run: Sequence[Token], document: Document, dash: str) -> list[str]:
    """The text of a run on as many lines as it needs, broken at the best places."""
    for count in range(document.most_lines, TWO_LANGUAGES.most_lines + 1):
        lines = Lines(run, document.language, document.width, count)
        if (best := lines.best(0, len(run), len(dash))) is not None:
            edges = [0, *(k for k in best[1] if k), len(run)]
            return [lines.text(a, b) for a, b in pairwise(edges)]
    return [Lines(run, document.language, document.width, 1).text(0, len(run))]
