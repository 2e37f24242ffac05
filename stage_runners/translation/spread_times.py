"""Words of a translation placed in the time of their source sentence.

A translator gives no times. The times of the source's words are known: the translated words share that time,
pauses left out, by their lengths. Clauses that both texts have at about the same share of their length get
the same place (lengths tell which sentences correspond: Gale and Church 1993; here it is clauses).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from stage_runners.text.grammar import characters, ending, spaceless
from stage_runners.translation.sentences import TimedWord
from stage_runners.translation.thresholds import TIMES


class PlacedWord(NamedTuple):
    """A word of the translation with its time in seconds."""

    text: str
    space: bool
    start: float
    end: float


def spread(words: Sequence[TimedWord], text: str) -> list[PlacedWord]:
    """The words of `text`, each with a time while `words` were spoken; starts never fall."""
    parts = _parts(text)
    if not parts:
        return []
    spans = _spans(words)
    total = sum(b - a for a, b in spans)
    size = sum(len(part) for _, part in parts)
    bends = _bends(words, spans, parts, total)
    result: list[PlacedWord] = []
    done = 0
    for space, part in parts:
        low, high = _bent(done / size, bends), _bent((done + len(part)) / size, bends)
        done += len(part)
        start, end = _in_time(low, high, spans)
        result.append(PlacedWord(part, space and bool(result or not spaceless(part[0])), start, end))
    return result


def _parts(text: str) -> list[tuple[bool, str]]:
    """The words, each with whether a space comes before it; in scripts without spaces the characters: a line
    can break there.
    """
    parts: list[tuple[bool, str]] = []
    for word in re.findall(r"\S+", text):
        cut = characters(word) if any(map(spaceless, word)) else [word]
        parts.extend((k == 0, part) for k, part in enumerate(cut))
    return parts


def _spans(words: Sequence[TimedWord]) -> list[tuple[float, float]]:
    """The stretches of time in which somebody speaks, in order and apart."""
    spans: list[tuple[float, float]] = []
    for word in words:
        if spans and word.start - spans[-1][1] <= TIMES.pause:
            spans[-1] = (spans[-1][0], max(spans[-1][1], word.end))
        else:
            spans.append((word.start, max(word.start, word.end)))
    return spans


def _bends(
    words: Sequence[TimedWord],
    spans: Sequence[tuple[float, float]],
    parts: Sequence[tuple[bool, str]],
    total: float,
) -> list[tuple[float, float]]:
    """Points (share of the translation, spoken seconds) that both texts have in common, from (0, 0) to (1,
    total).
    """
    source = _ends([word.text for word in words])
    target = _ends([part for _, part in parts])
    at = [(share, _spoken_until(words[k].end, spans)) for k, share in source]
    bends = [(0.0, 0.0)]
    for i, j in _matched([share for share, _ in at], [share for _, share in target]):
        share, seconds = target[j][1], at[i][1]
        if share > bends[-1][0] and seconds > bends[-1][1] and seconds < total:
            bends.append((share, seconds))
    return [*bends, (1.0, total)]


def _ends(texts: Sequence[str]) -> list[tuple[int, float]]:
    """Every word but the last that ends a clause, with the share of all characters up to its end."""
    size = sum(map(len, texts)) or 1
    ends, done = [], 0
    for k, text in enumerate(texts[:-1]):
        done += len(text)
        if ending(text, texts[k + 1]):
            ends.append((k, done / size))
    return ends


def _matched(source: Sequence[float], target: Sequence[float]) -> list[tuple[int, int]]:
    """Pairs of places in both lists that belong together, rising: the cheapest matching, by dynamic
    programming.
    """
    costs = [[0.0] * (len(target) + 1) for _ in range(len(source) + 1)]
    for i in range(len(source) + 1):
        for j in range(len(target) + 1):
            if i or j:
                costs[i][j] = min(_ways(costs, source, target, i, j))[0]
    pairs = []
    i, j = len(source), len(target)
    while i and j:
        _, move = min(_ways(costs, source, target, i, j))
        if move == 0:
            pairs.append((i - 1, j - 1))
        i, j = i - (move != 2), j - (move != 1)
    return pairs[::-1]


def _ways(
    costs: Sequence[Sequence[float]], source: Sequence[float], target: Sequence[float], i: int, j: int
) -> list[tuple[float, int]]:
    """Cost and kind of each last step: 0 both go together, 1 only the source's, 2 only the target's."""
    ways = []
    if i and j and abs(source[i - 1] - target[j - 1]) <= TIMES.apart:
        ways.append((costs[i - 1][j - 1] + abs(source[i - 1] - target[j - 1]), 0))
    if i:
        ways.append((costs[i - 1][j] + TIMES.unmatched, 1))
    if j:
        ways.append((costs[i][j - 1] + TIMES.unmatched, 2))
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
