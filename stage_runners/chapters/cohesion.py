"""Boundaries of topics: the division of a text into parts whose words are most alike within each part.

The words of a part are drawn from a Pólya urn (a Dirichlet compound multinomial), as in J. Eisenstein,
R. Barzilay, "Bayesian Unsupervised Topic Segmentation", EMNLP 2008; here the urn begins with the whole
film's vocabulary, so that words that are frequent everywhere say little in any language, without a list
of them. A dynamic programme finds the best division. Each part costs as much as a boundary takes to describe
(M. Utiyama, H. Isahara, ACL 2001).

A text about one thing has a best division too. So a boundary stays only if few random orders of the two
parts' utterances have as strong a one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from stage_runners.chapters.thresholds import COHESION

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


class Text:
    """The utterances of a film as numbers of their stems."""

    def __init__(self, stems: Sequence[Sequence[str]]) -> None:
        import numpy as np

        numbers: dict[str, int] = {}
        self.units: list[Ints] = [
            np.array([numbers.setdefault(stem, len(numbers)) for stem in unit], np.int64) for unit in stems
        ]
        self.ids: Ints = np.concatenate([np.zeros(0, np.int64), *self.units])
        self.first: Ints = np.cumsum([0, *map(len, self.units)])
        counts = np.bincount(self.ids, minlength=len(numbers)).astype(np.float64)
        self.share: Floats = counts / max(1.0, counts.sum())
        self.prior = max(1.0, COHESION.prior_share * counts.sum())

    def gains(self, ids: Ints) -> Floats:
        """What the urn gains on the film's vocabulary over each beginning of `ids`, in nats; shape (n + 1,).

        It depends on which words a beginning has, not on their order.
        """
        import numpy as np

        share = self.share[ids]
        drawn = _ranks(ids) + self.prior * share
        steps = np.log(drawn / (np.arange(len(ids)) + self.prior)) - np.log(share)
        return np.concatenate([[0.0], np.cumsum(steps)])


def _ranks(ids: Ints) -> Ints:
    """How often each word came before."""
    import numpy as np

    order = np.argsort(ids, kind="stable")
    grouped = ids[order]
    begins = np.flatnonzero(np.concatenate([[True], grouped[1:] != grouped[:-1]])[: len(ids)])
    sizes = np.diff(np.append(begins, len(ids)))
    ranks = np.empty(len(ids), np.int64)
    ranks[order] = np.arange(len(ids)) - np.repeat(begins, sizes)
    return ranks


def division(
    text: Text,
    times: Sequence[float],
    end: float,
    least: float,
    bonus: Sequence[float],
    check: Callable[[str, int, int], None] | None = None,
) -> list[int]:
    """The utterances that begin another part in the best division of the text.

    `times` are the times at which the utterances would begin a part, the first 0, and `end` is the film's.
    No part is shorter than `least` seconds. `bonus` is what a boundary before each utterance adds, in nats.
    `check` is called for each utterance, since this takes time with the square of their number.
    """
    import numpy as np

    count = len(text.units)
    if not count:
        return []
    begins = np.append(np.asarray(times, np.float64), end)
    price = COHESION.price * math.log(count)
    best = np.full(count + 1, -np.inf)
    best[0] = 0.0
    back = np.zeros(count + 1, np.int64)
    for k in range(count):
        if check:
            check("utterances", k, count)
        if best[k] == -np.inf:
            continue
        at = text.first[k]
        gains = text.gains(text.ids[at:])[text.first[k + 1 :] - at]
        score = best[k] + gains + ((bonus[k] - price) if k else 0.0)
        better = (begins[k + 1 :] - begins[k] >= least) & (score > best[k + 1 :])
        best[k + 1 :][better] = score[better]
        back[k + 1 :][better] = k
    found: list[int] = []
    at = count if best[count] > -np.inf else 0
    while at:
        at = int(back[at])
        found.append(at)
    return sorted(set(found) - {0})


def chance(text: Text, times: Sequence[float], first: int, at: int, last: int, block: float) -> float:
    """The share of random orders of the utterances from `first` to `last` with as strong a boundary.

    It is compared with the boundary before the utterance `at`; 1 if there is nothing to compare. What is said
    within `block` seconds stays together, because neighbours share words without being a topic. `times` are
    the starts of the utterances. The random numbers are the same in every run.
    """
    import numpy as np

    left = _blocks(text, times, range(at - 1, first - 1, -1), block)[::-1]
    blocks = left + _blocks(text, times, range(at, last), block)
    if not left or len(blocks) < COHESION.least_blocks:
        return 1.0
    strength = _strengths(text, blocks)[len(left) - 1]
    random = np.random.default_rng(0)
    as_strong = sum(
        _strengths(text, [blocks[k] for k in random.permutation(len(blocks))]).max() >= strength
        for _ in range(COHESION.permutations)
    )
    return float((1 + as_strong) / (1 + COHESION.permutations))


def _blocks(text: Text, times: Sequence[float], order: Sequence[int], seconds: float) -> list[Ints]:
    """The words of utterances in blocks of so many seconds, in this order; the last may be shorter."""
    import numpy as np

    blocks: list[list[Ints]] = []
    began = -np.inf
    for k in order:
        if not blocks or abs(times[k] - began) >= seconds:
            blocks.append([])
            began = times[k]
        blocks[-1].append(text.units[k])
    return [np.concatenate(block) for block in blocks]


def _strengths(text: Text, units: Sequence[Ints]) -> Floats:
    """What a boundary after each of the utterances but the last gains, up to a constant."""
    import numpy as np

    ids = np.concatenate(units)
    ends = np.cumsum([len(unit) for unit in units])[:-1]
    strengths: Floats = text.gains(ids)[ends] + text.gains(ids[::-1])[::-1][ends]
    return strengths
