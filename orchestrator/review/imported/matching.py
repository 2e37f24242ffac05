"""Matches the cues of two files: which are the same, split, merged, deleted, added or moved.

What has the same text is found first; what lies between is matched by dynamic programming on the likeness of
texts and times. A cue may match up to four of the other file, as in the alignment of sentences (Gale and
Church 1993), here by text instead of length.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from ipc.intervals import overlap

NEAR_S = 0.05
"""Seconds by which times of the same cue may differ."""
_MOST = 4
"""Cues that one is split into, or merged from, at most."""
_LEAST = 0.35
"""Likeness below which two cues are not the same."""
_TEXT = 0.7
"""Share of the text in the likeness; the rest is that of the times."""
_CELLS = 2500
"""Pairs of cues that are compared at once; longer stretches are halved."""


class Timed(Protocol):
    """A cue: seconds and text."""

    @property
    def start(self) -> float:
        """Seconds."""

    @property
    def end(self) -> float:
        """Seconds."""

    @property
    def text(self) -> str:
        """Its text."""


class Group(NamedTuple):
    """Cues that belong together, by their places in either file; one side may be empty."""

    ours: tuple[int, ...]
    theirs: tuple[int, ...]


def compact(text: str) -> str:
    """Letters and digits without case; the text itself if it has none."""
    return "".join(char for char in text.casefold() if char.isalnum()) or text.strip()


def near(one: Timed, other: Timed, seconds: float = NEAR_S) -> bool:
    """Whether both begin and end at the same time."""
    return abs(one.start - other.start) <= seconds and abs(one.end - other.end) <= seconds


def matched(ours: Sequence[Timed], theirs: Sequence[Timed]) -> list[Group]:
    """Every cue of both files in one group, in order. Both are sorted by time."""
    return list(_Matching(ours, theirs).groups())


def moved(groups: Sequence[Group], ours: Sequence[Timed], theirs: Sequence[Timed]) -> dict[int, int]:
    """Cues that were put elsewhere: the place in `theirs` of each that is gone from `ours` with its text."""
    added: dict[str, list[int]] = {}
    for group in groups:
        if not group.ours:
            added.setdefault(compact(theirs[group.theirs[0]].text), []).append(group.theirs[0])
    found = {}
    for group in groups:
        if not group.theirs and (places := added.get(compact(ours[group.ours[0]].text))):
            found[group.ours[0]] = places.pop(0)
    return found


class _Matching:
    def __init__(self, ours: Sequence[Timed], theirs: Sequence[Timed]) -> None:
        self._ours, self._theirs = ours, theirs
        self._a = [compact(cue.text) for cue in ours]
        self._b = [compact(cue.text) for cue in theirs]

    def groups(self) -> Iterator[Group]:
        anchors = [*self._same_cues(), (len(self._a), len(self._b))]
        i = j = 0
        for k, m in anchors:
            yield from self._by_text(i, k, j, m)
            if k < len(self._a):
                yield Group((k,), (m,))
            i, j = k + 1, m + 1

    def _same_cues(self) -> Iterator[tuple[int, int]]:
        """Pairs with the same text at the same time, rising."""
        places: dict[str, list[int]] = {}
        for i, text in enumerate(self._a):
            places.setdefault(text, []).append(i)
        last = -1
        for j, text in enumerate(self._b):
            for i in places.get(text, ()):
                if i > last and near(self._ours[i], self._theirs[j]):
                    yield i, j
                    last = i
                    break

    def _by_text(self, i: int, k: int, j: int, m: int) -> Iterator[Group]:
        """The groups of ours[i:k] and theirs[j:m], which equal texts divide."""
        matcher = difflib.SequenceMatcher(None, self._a[i:k], self._b[j:m], autojunk=False)
        p, q = i, j
        for a, b, size in matcher.get_matching_blocks():
            yield from self._by_likeness(p, i + a, q, j + b)
            yield from (Group((i + a + n,), (j + b + n,)) for n in range(size))
            p, q = i + a + size, j + b + size

    def _by_likeness(self, i: int, k: int, j: int, m: int) -> Iterator[Group]:
        """The groups of ours[i:k] and theirs[j:m] with the highest sum of likenesses."""
        if (k - i) * (m - j) > _CELLS:
            half, middle = self._halves(i, k, j, m)
            yield from self._by_likeness(i, half, j, middle)
            yield from self._by_likeness(half, k, middle, m)
            return
        best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(i, j): (0.0, (i, j))}
        for p in range(i, k + 1):
            for q in range(j, m + 1):
                ways = [best[p, q]] if (p, q) == (i, j) else []
                ways += [(best[p - 1, q][0], (p - 1, q))] if p > i else []
                ways += [(best[p, q - 1][0], (p, q - 1))] if q > j else []
                ways += [
                    (best[r, s][0] + gain, (r, s))
                    for r, s in _froms(p, q, i, j)
                    if (gain := self._gain(r, p, s, q)) > 0
                ]
                best[p, q] = max(ways, key=lambda way: way[0])
        steps = []
        at = (k, m)
        while at != (i, j):
            before = best[at][1]
            steps.append((before, at))
            at = before
        for (r, s), (p, q) in reversed(steps):
            yield Group(tuple(range(r, p)), tuple(range(s, q)))

    def _halves(self, i: int, k: int, j: int, m: int) -> tuple[int, int]:
        """Where both stretches are cut: in the middle of the longer one, at the same time in the other."""
        if k - i >= m - j:
            half = (i + k) // 2
            time = self._ours[half].start
            return half, next((q for q in range(j, m) if self._theirs[q].start >= time), m)
        middle = (j + m) // 2
        time = self._theirs[middle].start
        return next((p for p in range(i, k) if self._ours[p].start >= time), k), middle

    def _gain(self, r: int, p: int, s: int, q: int) -> float:
        """What matching ours[r:p] with theirs[s:q] is worth; 0 or less if they are not alike."""
        ours, theirs = "".join(self._a[r:p]), "".join(self._b[s:q])
        start, end = self._ours[r].start, self._ours[p - 1].end
        other_start, other_end = self._theirs[s].start, self._theirs[q - 1].end
        whole = max(end, other_end) - min(start, other_start)
        shared = overlap(start, end, other_start, other_end) / whole if whole > 0 else 0.0
        least = (_LEAST - (1 - _TEXT) * shared) / _TEXT
        matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
        if matcher.real_quick_ratio() <= least or matcher.quick_ratio() <= least:
            return 0.0
        likeness = _TEXT * matcher.ratio() + (1 - _TEXT) * shared
        return (likeness - _LEAST) * (p - r + q - s)


def _froms(p: int, q: int, i: int, j: int) -> Iterator[tuple[int, int]]:
    """Where the last group of ours[i:p] and theirs[j:q] may begin: one cue of one side, some of the other."""
    if p > i and q > j:
        yield p - 1, q - 1
        yield from ((p - 1, q - n) for n in range(2, _MOST + 1) if q - n >= j)
        yield from ((p - n, q - 1) for n in range(2, _MOST + 1) if p - n >= i)
