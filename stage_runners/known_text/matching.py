"""Finds the words of a known text among the recognised ones: unique runs first, then what moved.

Runs of letters that both texts have exactly once cut the alignment into pieces, so that a film of two hours
takes seconds, and tell passages that are in another order. Lines without a match are then looked for among
the recognised words without one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from stage_runners.known_text.letters import Heard, Matched, Pairs, judged, pairs_of
from stage_runners.known_text.moved import Passage, anchored, find_moved, forget_weak, match_there
from stage_runners.known_text.words import Word


def matched(words: Sequence[Word], heard: Sequence[Heard]) -> Matched:
    """Match the words of the text with the recognised ones."""
    chain, moved = anchored(words, heard)
    away_ours, away_theirs = _away(moved)
    pairs: Pairs = {}
    for mine, theirs in _pieces(words, heard, chain, away_ours, away_theirs):
        found = pairs_of([words[k].letters for k in mine], [heard[k].letters for k in theirs])
        for k, rows in found.items():
            pairs[mine[k]] = [(at, theirs[there], place) for at, there, place in rows]
    result = judged(words, heard, pairs)
    for first, last, start, end in moved:
        match_there(words, heard, result, (first, last), (start, end))
    if not result.moved:
        find_moved(words, heard, result)
    if result.moved:  # then a line need not be where the text has it: some like words are no proof
        forget_weak(words, result)
        find_moved(words, heard, result)
    return result


def _away(moved: Sequence[Passage]) -> tuple[set[int], set[int]]:
    """The lines, and the recognised words, of passages that moved."""
    lines = {line for first, last, _, _ in moved for line in range(first, last + 1)}
    return lines, {k for _, _, start, end in moved for k in range(start, end + 1)}


def _pieces(
    words: Sequence[Word],
    heard: Sequence[Heard],
    chain: Sequence[tuple[int, int]],
    away: set[int],
    gone: set[int],
) -> Iterator[tuple[list[int], list[int]]]:
    """The words and the recognised words from one anchor to the next, without what moved."""
    bounds = [(0, 0), *[(k, there) for k, there in chain if there not in gone], (len(words), len(heard))]
    for (start, begin), (end, stop) in pairwise(bounds):
        mine = [k for k in range(start, end) if words[k].line not in away]
        theirs = [k for k in range(begin, stop) if k not in gone]
        if mine and theirs:
            yield mine, theirs
