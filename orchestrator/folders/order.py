"""The order in which the films of a library run.

One after another they keep the natural order: episodes in theirs. Where several run side by side, on several
GPUs, the longest go first: a long film that starts last would keep one GPU busy while the others wait.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from orchestrator.folders.found import Skipped
from orchestrator.folders.selection import Chosen
from orchestrator.planning.plan import Plan

_HEAVIEST = "asr"


def side_by_side(plan: Plan) -> int:
    """How many films can be at the stage that takes longest: one on each GPU, else one."""
    steps = (step for step in plan.steps if step.name == _HEAVIEST and step.choices)
    return max((len(step.choice.places) for step in steps), default=1) or 1


def longest_first(chosen: Iterable[Chosen | Skipped]) -> Iterator[Chosen | Skipped]:
    """What is left out, then the films, the longest first; one of unknown length may be the longest."""
    films = []
    for one in chosen:
        if isinstance(one, Skipped):
            yield one
        else:
            films.append(one)
    yield from sorted(films, key=_length, reverse=True)


def _length(one: Chosen) -> float:
    length = one.headers.length if one.headers else None
    return math.inf if length is None else length
