"""Compares two texts letter by letter, and judges which words are the same.

Both are strings of letters with a blank between words. Their alignment with the fewest edits (Levenshtein, by
rapidfuzz's bit-parallel search) survives misheard, split and joined words. A word counts as found if most of
its letters match, and those of its neighbourhood too, within a stretch that is not much longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from stage_runners.known_text.thresholds import MATCHING
from stage_runners.known_text.words import Word


@dataclass(frozen=True, slots=True)
class Heard:
    """A recognised word: its text, letters and seconds, and its probability, if that is known."""

    text: str
    letters: str
    start: float
    end: float
    space: bool = True
    probability: float | None = None


@dataclass(slots=True)
class Match:
    """The first and last letter of a word of the text among the recognised words' letters.

    `first` and `last` are (index of the recognised word, letter of it); `exact` is whether it is that word.
    """

    first: tuple[int, int]
    last: tuple[int, int]
    exact: bool


@dataclass
class Matched:
    """The match of each word of the text, None if it was not found; and which recognised words matched.

    `moved` are the chains of lines that are elsewhere in the film: the first and last line.
    """

    matches: list[Match | None]
    heard: list[bool]
    moved: list[tuple[int, int]] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The share of the words of the text that were found."""
        return sum(one is not None for one in self.matches) / max(1, len(self.matches))


class _Letters:
    """Words as one string of letters; `owner` has the word of each letter, -1 for a blank."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self.text = " ".join(words)
        self.owner: list[int] = []
        self.place: list[int] = []
        for index, word in enumerate(words):
            if index:
                self.owner.append(-1)
                self.place.append(0)
            self.owner.extend([index] * len(word))
            self.place.extend(range(len(word)))


Pairs = dict[int, list[tuple[int, int, int]]]
"""Of each word of the text: its letters that match, as (letter, recognised word, letter of that)."""


def pairs_of(ours: Sequence[str], theirs: Sequence[str]) -> Pairs:
    """The letters that match in the alignment with the fewest edits; both lists are words as letters."""
    from rapidfuzz.distance import Levenshtein

    left, right = _Letters(ours), _Letters(theirs)
    found: Pairs = {}
    for kind, start, end, other, _ in Levenshtein.opcodes(left.text, right.text):
        if kind != "equal":
            continue
        for at in range(start, end):
            word, there = left.owner[at], right.owner[other + at - start]
            if word >= 0 and there >= 0:
                place = right.place[other + at - start]
                found.setdefault(word, []).append((left.place[at], there, place))
    return found


def judged(words: Sequence[Word], heard: Sequence[Heard], pairs: Pairs) -> Matched:
    """The words whose letters, and those of their neighbourhood, match."""
    taken = [0] * len(heard)
    for rows in pairs.values():
        for _, there, _ in rows:
            taken[there] += 1
    near = _Neighbourhoods(words, heard, pairs)
    result: list[Match | None] = []
    for k, word in enumerate(words):
        rows = pairs.get(k, [])
        main = max({there for _, there, _ in rows}, key=lambda t: sum(r[1] == t for r in rows), default=-1)
        good = (
            main >= 0
            and len(rows) >= MATCHING.of_word * len(word.letters)
            and taken[main] >= MATCHING.of_recognised * len(heard[main].letters)
            and near.of(k) >= MATCHING.of_neighbourhood
        )
        if not good:
            result.append(None)
            continue
        own = (
            [row for row in rows if row[1] == main] if len(word.letters) <= len(heard[main].letters) else rows
        )
        exact = heard[main].letters == word.letters
        result.append(Match(own[0][1:], own[-1][1:], exact))
    used = {
        there for k, rows in pairs.items() if result[k] is not None for _, there, _ in rows
        if taken[there] >= MATCHING.of_recognised * len(heard[there].letters)
    }  # fmt: skip
    return Matched(result, [k in used for k in range(len(heard))])


class _Neighbourhoods:
    """The share of the letters that match around a word: the best of the words around, before and after it.

    A neighbour may not be in the film. Letters that match here and there in much longer speech are no match,
    so the share is that of the longer side.
    """

    def __init__(self, words: Sequence[Word], heard: Sequence[Heard], pairs: Pairs) -> None:
        begins = [0, *accumulate(len(one.letters) for one in heard)]
        self._letters = [0, *accumulate(len(word.letters) for word in words)]
        self._hits = [0, *accumulate(len(pairs.get(k, ())) for k in range(len(words)))]
        places = {k: [begins[there] + at for _, there, at in rows] for k, rows in pairs.items()}
        self._spans = {k: (min(own), max(own)) for k, own in places.items()}
        self._count = len(words)

    def of(self, k: int) -> float:
        """The share in the neighbourhood of the word `k`."""
        first, last = max(0, k - MATCHING.neighbours), min(self._count, k + MATCHING.neighbours + 1)
        return max(self._share(first, last), self._share(first, k + 1), self._share(k, last))

    def _share(self, first: int, last: int) -> float:
        own = [self._spans[k] for k in range(first, last) if k in self._spans]
        if not own:
            return 0.0
        there = max(end for _, end in own) + 1 - min(start for start, _ in own)
        letters = self._letters[last] - self._letters[first]
        return (self._hits[last] - self._hits[first]) / max(1, letters, there)
