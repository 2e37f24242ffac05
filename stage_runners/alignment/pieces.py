"""Divides words into pieces for alignment, and merges the results in order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

from stage_runners.alignment.thresholds import PIECES


class Span(NamedTuple):
    """Seconds; times from cross-attention, or from an aligner."""

    start: float
    end: float


class Aligned(NamedTuple):
    """An aligner's time of a word, and its confidence from 0 to 1."""

    start: float
    end: float
    score: float


class Placed(NamedTuple):
    """A word's final times; `score` is None if they are not from an aligner."""

    start: float
    end: float
    score: float | None
    method: str


class Piece(NamedTuple):
    """The words `first` to `last` (exclusive), and the seconds of sound to align them with."""

    first: int
    last: int
    start: float
    end: float


def pieces(
    spans: Sequence[Span],
    seconds: float,
    breaks: Collection[int] = (),
    guessed: Collection[int] = (),
) -> list[Piece]:
    """Divide words, given by approximate times in order, at pauses, or else at the widest gap.

    A word whose index is in `breaks` always starts a piece, for example in another language. Beside a word
    in `guessed` a pause is a guess too, and ends no piece.
    """
    cuts = [0]
    for index in range(1, len(spans)):
        first = cuts[-1]
        pause = spans[index].start - spans[index - 1].end >= PIECES.pause
        if index in breaks or (pause and index not in guessed and index - 1 not in guessed):
            cuts.append(index)
        elif spans[index].end - spans[first].start > PIECES.longest:
            candidates = range(first + max(1, (index - first) // 2), index + 1)
            sure = [k for k in candidates if k not in guessed and k - 1 not in guessed] or candidates
            cuts.append(max(sure, key=lambda k: (spans[k].start - spans[k - 1].end, k)))
    bounds = [*cuts, len(spans)] if spans else []
    result = []
    for first, last in pairwise(bounds):
        before = spans[first].start - (spans[first - 1].end if first else 0.0)
        after = (spans[last].start if last < len(spans) else seconds) - spans[last - 1].end
        result.append(
            Piece(
                first,
                last,
                max(0.0, spans[first].start - _margin(before)),
                min(seconds, spans[last - 1].end + _margin(after)),
            )
        )
    return result


def place(
    rough: Sequence[Span],
    aligned: Sequence[Aligned | None],
    methods: Sequence[str],
    fallback: Sequence[str],
    windows: Sequence[Span | None] | None = None,
) -> list[Placed]:
    """Final times of all words: aligned ones if available, or else approximate ones fitted between them.

    `methods` names each word's aligner, `fallback` the source of each approximate time (`attention`,
    `interpolated`); `windows` what an approximate time stays in, if it says no more than that. Starts never
    decrease, and a word ends before the next one starts. An aligned word that
    would break the order is not trusted.
    """
    anchors = _in_order(aligned)
    result: list[Placed] = []
    first = 0
    while first < len(rough):
        anchor = anchors[first]
        if anchor is not None:
            result.append(Placed(anchor.start, anchor.end, anchor.score, methods[first]))
            first += 1
            continue
        last = first
        window = windows[first] if windows else None
        while last < len(rough) and anchors[last] is None and (not windows or windows[last] == window):
            last += 1
        following = next((one for one in anchors[last:] if one is not None), None)
        low = result[-1].end if result else 0.0
        high = following.start if following is not None else max([low, *(s.end for s in rough[first:last])])
        if window is not None:
            low = max(low, min(window.start, high))
            high = max(low, min(high, window.end))
        result.extend(_between(rough[first:last], fallback[first:last], low, high))
        first = last
    return result


def _margin(gap: float) -> float:
    return min(PIECES.most_margin, max(PIECES.least_margin, gap / 2))


def _in_order(aligned: Sequence[Aligned | None]) -> list[Aligned | None]:
    """Drop times that break the order; if two overlap, the later one starts at the end of the earlier one."""
    result: list[Aligned | None] = []
    clock = 0.0
    for one in aligned:
        if one is None or one.end - max(one.start, clock) < PIECES.shortest_word:
            result.append(None)
            continue
        result.append(one._replace(start=max(one.start, clock)))
        clock = one.end
    return result


def _between(rough: Sequence[Span], methods: Sequence[str], low: float, high: float) -> list[Placed]:
    """Fit words between `low` and `high`: unchanged if they have room, or else divided by length."""
    placed = []
    clock = low
    for span, method in zip(rough, methods, strict=True):
        start = min(max(span.start, clock), high)
        end = min(max(span.end, start), high)
        placed.append(Placed(start, end, None, method))
        clock = end
    if all(
        one.end - one.start >= min(PIECES.shortest_word, span.end - span.start)
        for one, span in zip(placed, rough, strict=True)
    ):
        return placed
    lengths = [max(PIECES.shortest_word, span.end - span.start) for span in rough]
    scale = min(1.0, (high - low) / sum(lengths))
    # words between two others are centred in their room, or placed side by side if it is tight
    at = low + max(0.0, (high - low - scale * sum(lengths)) / 2)
    shared = []
    for length in lengths:
        end = min(high, at + scale * length)
        shared.append(Placed(at, max(at, end), None, "interpolated"))
        at = max(at, end)
    return shared
