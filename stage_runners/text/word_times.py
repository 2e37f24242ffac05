"""Times for every word, also for those without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from ipc.errors import ContractError

Row = Mapping[str, Any]


class Place(NamedTuple):
    """The times of a word in seconds; `guessed` if it was placed between its neighbours."""

    start: float
    end: float
    guessed: bool = False


def places(words: Sequence[Row], segments: Sequence[Row]) -> list[Place]:
    """The place of every word; words without times share the time between their neighbours by length.

    `words` and `segments` are rows of those artifacts, words in reading order. A run of words without times
    lies within its segment, after the previous word and before the next one. Starts never decrease.
    """
    spans = {segment["id"]: (segment["start"], segment["end"]) for segment in segments}
    result: list[Place] = []
    clock = 0.0
    first = 0
    while first < len(words):
        word = words[first]
        if word["start"] is not None and word["end"] is not None:
            clock = max(clock, word["start"])
            result.append(Place(clock, max(clock, word["end"])))
            first += 1
            continue
        last = first
        while last < len(words) and _same_gap(words[last], word):
            last += 1
        low, high = spans.get(word["segment"], (clock, clock))
        if first and words[first - 1]["segment"] == word["segment"]:
            low = result[-1].end
        if last < len(words) and words[last]["segment"] == word["segment"]:
            high = words[last]["start"]
        low = max(low, clock)
        run = _shared([len(w["text"]) for w in words[first:last]], low, max(low, high))
        result.extend(run)
        clock = run[-1].start
        first = last
    return result


def by_segment(words: Sequence[Row], segments: Sequence[Row]) -> dict[int, list[int]]:
    """Indices in `words` by segment; `ContractError` if a word names a segment that does not exist."""
    result: dict[int, list[int]] = {segment["id"]: [] for segment in segments}
    for k, word in enumerate(words):
        if word["segment"] not in result:
            raise ContractError(
                f"word {k} ({word['text']!r}) is of segment {word['segment']}, which does not exist"
            )
        result[word["segment"]].append(k)
    return result


def _same_gap(word: Row, first: Row) -> bool:
    untimed = word["start"] is None or word["end"] is None
    return untimed and word["segment"] == first["segment"]


def _shared(lengths: Sequence[int], low: float, high: float) -> list[Place]:
    """Cut the time from `low` to `high` into pieces proportional to `lengths`."""
    total = sum(lengths) or 1
    edges = [low]
    for length in lengths:
        edges.append(min(high, edges[-1] + (high - low) * length / total))
    return [Place(a, b, guessed=True) for a, b in pairwise(edges)]
