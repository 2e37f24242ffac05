"""Anchors: runs of letters that both texts have exactly once, in the same order; and runs that moved.

As in a patience diff: what is unique in both is most likely the same. The heaviest chain of runs in the same
order (a weighted longest increasing subsequence) cuts the alignment into short pieces, and keeps it from
aligning one scene with another where scenes are in another order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stage_runners.known_text.thresholds import ANCHORS


@dataclass(slots=True)
class Run:
    """Equal letters: from letter `ours` of the text and `theirs` of the recognised words, `length` of them.

    Letters are counted without blanks. Inside, a few may differ.
    """

    ours: int
    theirs: int
    length: int
    theirs_end: int

    @property
    def ours_end(self) -> int:
        """The letter after the last one in the text."""
        return self.ours + self.length


def runs(ours: str, theirs: str) -> tuple[list[Run], list[Run]]:
    """The runs of the main chain, in order; and long runs that are not in its order."""
    found = _runs(ours, theirs)
    chain = _heaviest(found)
    chosen = {id(run) for run in chain}
    kept = [run for run in chain if run.length >= ANCHORS.least]
    moved = [run for run in found if id(run) not in chosen and run.length >= ANCHORS.moved]
    return kept, moved


def _runs(ours: str, theirs: str) -> list[Run]:
    """Unique groups of letters that are in both, joined to runs where one follows the other."""
    size = ANCHORS.letters
    left, right = _unique(ours, size), _unique(theirs, size)
    result: list[Run] = []
    for group, at in left.items():  # in the order of the text
        if at < 0 or (there := right.get(group, -1)) < 0:
            continue
        last = result[-1] if result else None
        if last is not None:
            ahead, beyond = at + size - last.ours_end, there + size - last.theirs_end
            drift = abs((at - last.ours) - (there - last.theirs))
            if 0 < beyond <= ANCHORS.apart and ahead <= ANCHORS.apart and drift <= ANCHORS.drift:
                last.length, last.theirs_end = at + size - last.ours, there + size
                continue
        result.append(Run(at, there, size, there + size))
    return result


def _unique(text: str, size: int) -> dict[str, int]:
    """The place of each group of letters in order; -1 for one that recurs."""
    places: dict[str, int] = {}
    for at in range(len(text) - size + 1):
        group = text[at : at + size]
        places[group] = -1 if group in places else at
    return places


def _heaviest(found: Sequence[Run]) -> list[Run]:
    """The chain of runs in the order of both texts with the most letters."""
    import numpy as np

    if not found:
        return []
    # what follows a gap may by chance begin with the letters before it, so runs may overlap a little
    starts = np.array([run.theirs + min(ANCHORS.letters, run.length) - 1 for run in found])
    ends = np.array([run.theirs_end for run in found])
    best = np.array([run.length for run in found], np.int64)
    before = np.full(len(found), -1)
    for k in range(1, len(found)):
        scores = np.where(ends[:k] <= starts[k], best[:k], 0)
        at = int(scores.argmax())
        if scores[at]:
            best[k] += scores[at]
            before[k] = at
    chain = [int(best.argmax())]
    while before[chain[-1]] >= 0:
        chain.append(int(before[chain[-1]]))
    return _without_overlaps([found[k] for k in reversed(chain)])


def _without_overlaps(chain: Sequence[Run]) -> list[Run]:
    """The runs, each without what is in the one before it too."""
    result: list[Run] = []
    for run in chain:
        if result:
            both = max(0, result[-1].ours_end - run.ours, result[-1].theirs_end - run.theirs)
            run.ours, run.theirs, run.length = run.ours + both, run.theirs + both, run.length - both
        if run.length > 0 and run.theirs < run.theirs_end:
            result.append(run)
    return result
