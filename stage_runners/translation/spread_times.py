"""Words of a translation put into the time that their sentence was spoken in.

A translator gives no times. What is known is when the sentence's own words were said: the translated words share that time, pauses
left out, by their lengths. Where both texts have clauses at about the same share of their length, these are held together (lengths
tell which sentences correspond: Gale and Church, 1993; here it is clauses).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from stage_runners.text.grammar import characters, ending, spaceless
from stage_runners.translation.sentences import Spoken

_PAUSE = 0.3
"""Seconds between two words from which nobody speaks there."""
_APART = 0.15
"""How far two clause ends may lie apart, as shares of their texts, to be the same."""
_ALONE = 0.08
"""What leaving a clause end without its like costs, in the same measure."""


class Placed(NamedTuple):
    """A word of the translation with its time in seconds."""

    text: str
    space: bool
    start: float
    end: float


def spread(words: Sequence[Spoken], text: str) -> list[Placed]:
    """The words of `text`, each with a time while `words` were spoken; starts never fall."""
    parts = _parts(text)
    if not parts:
        return []
    spans = _spans(words)
    total = sum(b - a for a, b in spans)
    size = sum(len(part) for _, part in parts)
    bends = _bends(words, spans, parts, total)
    result = []
    done = 0
    for space, part in parts:
        low, high = _bent(done / size, bends), _bent((done + len(part)) / size, bends)
        done += len(part)
        start, end = _in_time(low, high, spans)
        result.append(Placed(part, space and bool(result or not spaceless(part[0])), start, end))
    return result


def _parts(text: str) -> list[tuple[bool, str]]:
    """The words; in scripts without spaces the characters, which is where a line can break."""
    found = []
    for word in re.findall(r"\S+", text):
        cut = characters(word) if any(map(spaceless, word)) else [word]
        found.extend((k == 0, part) for k, part in enumerate(cut))
    return found


def _spans(words: Sequence[Spoken]) -> list[tuple[float, float]]:
    """Stretches in which somebody speaks, in order and apart."""
    spans: list[tuple[float, float]] = []
    for word in words:
        if spans and word.start - spans[-1][1] <= _PAUSE:
            spans[-1] = (spans[-1][0], max(spans[-1][1], word.end))
        else:
            spans.append((word.start, max(word.start, word.end)))
    return spans


def _bends(
    words: Sequence[Spoken],
    spans: Sequence[tuple[float, float]],
    parts: Sequence[tuple[bool, str]],
    total: float,
) -> list[tuple[float, float]]:
    """Points (share of the translation, spoken seconds) that both texts have in common, from (0, 0) to (1, total)."""
    own = _ends([word.text for word in words])
    theirs = _ends([part for _, part in parts])
    at = [(share, _spoken_until(words[k].end, spans)) for k, share in own]
    bends = [(0.0, 0.0)]
    for i, j in _matched([share for share, _ in at], [share for _, share in theirs]):
        share, seconds = theirs[j][1], at[i][1]
        if share > bends[-1][0] and seconds > bends[-1][1] and seconds < total:
            bends.append((share, seconds))
    return [*bends, (1.0, total)]


def _ends(texts: Sequence[str]) -> list[tuple[int, float]]:
    """Every word but the last that ends a clause, with the share of all characters up to its end."""
    size = sum(map(len, texts)) or 1
    found, done = [], 0
    for k, text in enumerate(texts[:-1]):
        done += len(text)
        if ending(text, texts[k + 1]):
            found.append((k, done / size))
    return found


def _matched(own: Sequence[float], theirs: Sequence[float]) -> list[tuple[int, int]]:
    """Pairs of places in both lists that belong together, rising: the cheapest matching, by dynamic programming."""
    costs = [[0.0] * (len(theirs) + 1) for _ in range(len(own) + 1)]
    for i in range(len(own) + 1):
        for j in range(len(theirs) + 1):
            if i or j:
                costs[i][j] = min(_ways(costs, own, theirs, i, j))[0]
    pairs = []
    i, j = len(own), len(theirs)
    while i and j:
        _, move = min(_ways(costs, own, theirs, i, j))
        if move == 0:
            pairs.append((i - 1, j - 1))
        i, j = i - (move != 2), j - (move != 1)
    return pairs[::-1]


def _ways(
    costs: Sequence[Sequence[float]], own: Sequence[float], theirs: Sequence[float], i: int, j: int
) -> list[tuple[float, int]]:
    """Cost and kind of each last step: 0 both go together, 1 ours alone, 2 theirs alone."""
    ways = []
    if i and j and abs(own[i - 1] - theirs[j - 1]) <= _APART:
        ways.append((costs[i - 1][j - 1] + abs(own[i - 1] - theirs[j - 1]), 0))
    if i:
        ways.append((costs[i - 1][j] + _ALONE, 1))
    if j:
        ways.append((costs[i][j - 1] + _ALONE, 2))
    return ways


def _spoken_until(time: float, spans: Sequence[tuple[float, float]]) -> float:
    return sum(max(0.0, min(b, time) - a) for a, b in spans)


def _bent(share: float, bends: Sequence[tuple[float, float]]) -> float:
    """Spoken seconds at a share of the translation: linear between the bends."""
    k = min(max(1, bisect_right([x for x, _ in bends], share)), len(bends) - 1)
    (x0, y0), (x1, y1) = bends[k - 1], bends[k]
    return y0 + (y1 - y0) * (share - x0) / (x1 - x0)


def _in_time(low: float, high: float, spans: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The stretch low..high of spoken seconds in real time, within the one span that holds most of it."""
    best, found, before = -1.0, (spans[0][0], spans[0][0]), 0.0
    for a, b in spans:
        inside = min(high, before + b - a) - max(low, before)
        if inside > best:
            best = inside
            start = a + min(max(low - before, 0.0), b - a)
            found = (start, a + min(max(high - before, start - a), b - a))
        before += b - a
    return found
