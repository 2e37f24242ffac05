"""Passages of the text that are in another order in the film, and the anchors of those that are not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from stage_runners.known_text import anchors
from stage_runners.known_text.letters import Heard, Match, Matched, judged, pairs_of
from stage_runners.known_text.thresholds import ANCHORS, MATCHING
from stage_runners.known_text.words import Word

Passage = tuple[int, int, int, int]
"""A passage that moved: its first and last line, and the first and last recognised word."""


def anchored(words: Sequence[Word], heard: Sequence[Heard]) -> tuple[list[tuple[int, int]], list[Passage]]:
    """Pairs of equal words in the order of both texts, and passages in another order."""
    ours = [k for k, word in enumerate(words) for _ in word.letters]
    theirs = [k for k, one in enumerate(heard) for _ in one.letters]
    chain, moved = anchors.runs("".join(w.letters for w in words), "".join(h.letters for h in heard))
    pairs: list[tuple[int, int]] = []
    for run in chain:
        pairs.extend(_equal_words(words, heard, ours, theirs, run))
    ends = {words[k].line: at for at, k in enumerate(ours)}
    begins = {words[k].line: at for at, k in reversed(list(enumerate(ours)))}
    passages: list[Passage] = []
    taken: set[int] = set()
    in_chain = {line for k, _ in pairs if (line := words[k].line) >= 0}
    for run in sorted(moved, key=lambda one: -one.length):
        first, last = words[ours[run.ours]].line, words[ours[run.ours_end - 1]].line
        while first <= last and first in in_chain:
            first += 1
        while last >= first and last in in_chain:
            last -= 1
        lines = set(range(first, last + 1))
        if not lines or lines & (taken | in_chain):
            continue
        taken |= lines
        span = (begins[first], ends[last])
        passages.append(_passage(span, theirs, run, (first, last)))
    return pairs, _joined(passages, in_chain)


def _joined(passages: Sequence[Passage], in_chain: set[int]) -> list[Passage]:
    """The passages, those put together that follow each other in the text and in the film.

    So the lines between them, in which too much was misheard, moved with them.
    """
    result: list[Passage] = []
    for first, last, start, end in sorted(passages):
        if result:
            before = result[-1]
            between = range(before[1] + 1, first)
            near = 0 <= start - before[3] <= MATCHING.chain_words * (len(between) + 1)
            if near and not in_chain.intersection(between):
                result[-1] = (before[0], last, before[2], max(end, before[3]))
                continue
        result.append((first, last, start, end))
    return result


def _equal_words(
    words: Sequence[Word], heard: Sequence[Heard], ours: Sequence[int], theirs: Sequence[int],
    run: anchors.Run,
) -> Iterator[tuple[int, int]]:  # fmt: skip
    """The words of a run that are at the same place of both texts, each with the recognised one."""
    begins = {theirs[at]: at for at in range(run.theirs_end - 1, run.theirs - 1, -1)}
    by_place = {at - run.theirs: k for k, at in begins.items()}
    last = -1
    for at in range(run.ours, run.ours_end):
        k = ours[at]
        if (at and ours[at - 1] == k) or len(words[k].letters) < MATCHING.anchor_letters:
            continue
        for drift in sorted(range(-ANCHORS.drift, ANCHORS.drift + 1), key=abs):
            there = by_place.get(at - run.ours + drift, -1)
            if there > last and heard[there].letters == words[k].letters:
                yield k, there
                last = there
                break


def _passage(
    span: tuple[int, int], theirs: Sequence[int], run: anchors.Run, lines: tuple[int, int]
) -> Passage:
    """The passage of a run, with the rest of its lines on both sides; `span` are the letters of the lines."""
    start = max(0, min(len(theirs) - 1, run.theirs - (run.ours - span[0])))
    end = max(start, min(len(theirs) - 1, run.theirs_end - 1 + span[1] + 1 - run.ours_end))
    return *lines, theirs[start], theirs[end]


def match_there(
    words: Sequence[Word],
    heard: Sequence[Heard],
    result: Matched,
    lines: tuple[int, int],
    place: tuple[int, int],
) -> None:
    """Match lines with the recognised words of their place, if nothing else is there."""
    start, end = place
    while start <= end and result.heard[start]:
        start += 1
    while end >= start and result.heard[end]:
        end -= 1
    own = [k for k, word in enumerate(words) if lines[0] <= word.line <= lines[1]]
    if start > end or any(result.heard[start : end + 1]):
        return
    part, there = [words[k] for k in own], list(heard[start : end + 1])
    found = judged(part, there, pairs_of([w.letters for w in part], [h.letters for h in there]))
    for k, match in zip(own, found.matches, strict=True):
        result.matches[k] = match and Match(
            (match.first[0] + start, match.first[1]), (match.last[0] + start, match.last[1]), match.exact
        )
    result.heard[start : end + 1] = found.heard
    result.moved.append(lines)


def find_moved(words: Sequence[Word], heard: Sequence[Heard], result: Matched) -> None:
    """Look for lines without a match among the recognised words without one, and match them there.

    First those that are like one place only. A line that is like several, such as one that recurs, is taken
    to be at the nearest: its text is what was recognised there.
    """
    lines = {line: [k for k, _ in rows] for line, rows in groupby(enumerate(words), lambda one: one[1].line)}
    letters = {line: "".join(words[k].letters for k in own) for line, own in lines.items()}
    open_lines = [line for line, own in lines.items() if _lost(own, words, result)]
    long = [line for line in open_lines if len(letters[line]) >= MATCHING.moved_letters]
    free = _free(heard, result)
    seeds: dict[int, tuple[int, int]] = {}
    for line in long:
        best, second = [*_places(letters[line], heard, free), None, None][:2]
        if best and (second is None or second[0] <= best[0] - MATCHING.moved_margin):
            seeds[line] = best[1:]
    for chain in _chains(seeds, open_lines):
        place = seeds[chain[0]][0], seeds[chain[-1]][1]
        match_there(words, heard, result, (chain[0], chain[-1]), place)
    for line in [line for line in long if _lost(lines[line], words, result)][: MATCHING.recurring]:
        if places := _places(letters[line], heard, _free(heard, result)):
            around = _around(lines[line], result)
            _, *nearest = min(places, key=lambda one: (abs(one[1] - around), -one[0]))
            match_there(words, heard, result, (line, line), (nearest[0], nearest[1]))


def forget_weak(words: Sequence[Word], result: Matched) -> None:
    """Drop the matches of lines of which few letters match."""
    for _, rows in groupby(range(len(words)), lambda k: words[k].line):
        own = list(rows)
        if _lost(own, words, result):
            for k in own:
                result.matches[k] = None
    used = {k for one in result.matches if one for k in range(one.first[0], one.last[0] + 1)}
    result.heard[:] = [k in used for k in range(len(result.heard))]


def _around(own: Sequence[int], result: Matched) -> int:
    """The recognised word of the nearest match before these words, or after them."""
    before = (one for one in reversed(result.matches[: own[0]]) if one is not None)
    after = (one for one in result.matches[own[-1] + 1 :] if one is not None)
    match = next(before, None) or next(after, None)
    return match.last[0] if match else 0


def _lost(own: Sequence[int], words: Sequence[Word], result: Matched) -> bool:
    letters = sum(len(words[k].letters) for k in own)
    here = sum(len(words[k].letters) for k in own if result.matches[k] is not None)
    return here < MATCHING.of_line * letters


def _free(heard: Sequence[Heard], result: Matched) -> list[tuple[int, int]]:
    """The runs of recognised words that match nothing, as (first, last)."""
    runs = []
    for used, rows in groupby(range(len(heard)), lambda k: result.heard[k]):
        own = list(rows)
        if not used:
            runs.append((own[0], own[-1]))
    return runs


def _places(
    letters: str, heard: Sequence[Heard], free: Sequence[tuple[int, int]]
) -> list[tuple[float, int, int]]:
    """The places that are like these letters, the best first: likeness, first and last recognised word."""
    from rapidfuzz import fuzz

    found: list[tuple[float, int, int]] = []
    for first, last in free:
        owners = [k for k in range(first, last + 1) for _ in heard[k].letters]
        text = "".join(one.letters for one in heard[first : last + 1])
        open_ = [(0, len(text))]
        while open_:  # the best place in each run of words, then in what is left of the run on both sides
            start, end = open_.pop()
            if end - start < MATCHING.of_line * len(letters):
                continue
            part = text[start:end]
            if len(part) <= len(letters):
                score, begin, stop = fuzz.ratio(letters, part), 0, len(part)
            else:
                best = fuzz.partial_ratio_alignment(letters, part, score_cutoff=MATCHING.moved_likeness)
                if best is None:
                    continue
                score, begin, stop = best.score, best.dest_start, best.dest_end
            if score >= MATCHING.moved_likeness:
                found.append((score, owners[start + begin], owners[start + stop - 1]))
                open_ += [(start, start + begin), (start + stop, end)]
    return sorted(found, reverse=True)


def _chains(seeds: dict[int, tuple[int, int]], open_lines: Sequence[int]) -> list[list[int]]:
    """Lines that moved together: next to each other in the text, but for lost lines, and in the film."""
    lost = set(open_lines)
    chains: list[list[int]] = []
    for line, (first, _) in sorted(seeds.items()):
        last = chains[-1][-1] if chains else None
        if (
            last is not None
            and all(between in lost for between in range(last + 1, line))
            and 0 < first - seeds[last][1] <= MATCHING.chain_words
        ):
            chains[-1].append(line)
        else:
            chains.append([line])
    return chains
