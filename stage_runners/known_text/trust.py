"""Whether recognition is good enough to say that a line of the text is not what was said at its place."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from stage_runners.known_text.letters import Heard, Matched
from stage_runners.known_text.thresholds import TRUST
from stage_runners.known_text.words import Word


def trusted(words: Sequence[Word], result: Matched) -> bool:
    """Whether the words of the lines that were found were recognised letter by letter.

    Poor recognition is found as well, by letters that match here and there, but few of its words are exact.
    """
    exact = total = 0
    for own in _lines(words):
        matches = [result.matches[k] for k in own]
        if sum(one is not None for one in matches) >= TRUST.of_line * len(own):
            total += len(own)
            exact += sum(one is not None and one.exact for one in matches)
    return exact >= TRUST.least_words and exact >= TRUST.exact * total


def without_stray(words: Sequence[Word], result: Matched) -> None:
    """Drop the matches of lines of which only a word or two match: those are in other speech by chance."""
    dropped = False
    for own in _lines(words):
        total = sum(len(words[k].letters) for k in own)
        found = [k for k in own if result.matches[k] is not None]
        longest = run = 0
        for k in own:
            match = result.matches[k]
            run = run + len(words[k].letters) if match is not None and match.exact else 0
            longest = max(longest, run)
        here = sum(len(words[k].letters) for k in found)
        if found and here < TRUST.stray * total and longest < TRUST.run_letters:
            dropped = True
            for k in found:
                result.matches[k] = None
    if dropped:
        used = {k for one in result.matches if one for k in range(one.first[0], one.last[0] + 1)}
        result.heard[:] = [was and k in used for k, was in enumerate(result.heard)]


def certain(heard: Sequence[Heard]) -> bool:
    """Whether the recogniser was sure of these words; without probabilities, it is taken to be."""
    known = [one.probability for one in heard if one.probability is not None]
    return not known or sum(known) >= TRUST.certain * len(known)


def _lines(words: Sequence[Word]) -> list[list[int]]:
    return [list(rows) for _, rows in groupby(range(len(words)), lambda k: words[k].line)]
