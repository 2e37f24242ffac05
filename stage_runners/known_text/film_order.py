"""The words of the text in the order of the film, and the times of those that were recognised."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from ipc.intervals import Interval as Span
from stage_runners.known_text.letters import Heard, Match, Matched
from stage_runners.known_text.words import Word


def in_film_order(words: Sequence[Word], result: Matched) -> list[int]:
    """The indices of the words in the order in which they are spoken: passages that moved are where they are.

    A passage goes before the first line that stays and is recognised behind it.
    """
    by_line: dict[int, list[int]] = {}
    for k, word in enumerate(words):
        by_line.setdefault(word.line, []).append(k)
    chains = sorted(set(result.moved))
    inside = {line: chain for chain in chains for line in range(chain[0], chain[1] + 1)}
    with_chain: dict[tuple[int, int], list[int]] = {chain: [] for chain in chains}
    staying: list[int] = []
    last: tuple[int, int] | None = None
    for line in by_line:
        if line in inside:
            last = inside[line]
        elif _first_place(by_line, (line,), result) is not None:
            last = None
        (with_chain[last] if last else staying).append(line)  # a lost line stays with the one before it
    passages = sorted(
        (place, chain)
        for chain in chains
        if (place := _first_place(by_line, range(chain[0], chain[1] + 1), result)) is not None
    )
    order: list[int] = []

    def put(lines: Sequence[int]) -> None:
        order.extend(k for line in lines for k in by_line[line])

    for line in staying:
        here = _first_place(by_line, (line,), result)
        while here is not None and passages and passages[0][0] < here:
            put(with_chain[passages.pop(0)[1]])
        put([line])
    for _, chain in passages:
        put(with_chain[chain])
    return order


def times(order: Sequence[int], heard: Sequence[Heard], result: Matched) -> dict[int, Span]:
    """The seconds of the words that were recognised, by index; they never go back in the film's order.

    A match that would go back is not trusted: the longest series without one is kept.
    """
    found = [(k, *_span(match, heard)) for k in order if (match := result.matches[k]) is not None]
    tails: list[float] = []
    ends: list[int] = []
    before: list[int] = []
    for at, (_, start, _) in enumerate(found):
        place = bisect_right(tails, start)
        before.append(ends[place - 1] if place else -1)
        if place == len(tails):
            tails.append(start)
            ends.append(at)
        else:
            tails[place], ends[place] = start, at
    kept: list[int] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        kept.append(at)
        at = before[at]
    spans: dict[int, Span] = {}
    clock = 0.0
    for at in reversed(kept):
        k, start, end = found[at]
        clock = max(clock, start)
        spans[k] = (clock, max(clock, end))
    return spans


def _first_place(by_line: dict[int, list[int]], lines: Sequence[int], result: Matched) -> int | None:
    """The first recognised word that these lines match."""
    matches = (result.matches[k] for line in lines for k in by_line.get(line, ()))
    return min((match.first[0] for match in matches if match is not None), default=None)


def _span(match: Match, heard: Sequence[Heard]) -> Span:
    first, last = heard[match.first[0]], heard[match.last[0]]
    if match.exact:
        return first.start, first.end
    start = first.start + (first.end - first.start) * match.first[1] / len(first.letters)
    end = last.start + (last.end - last.start) * (match.last[1] + 1) / len(last.letters)
    return start, max(start, end)
