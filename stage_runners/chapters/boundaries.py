"""Where chapters begin: by what is said, and by long pauses; on evidence only, so perhaps nowhere."""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stage_runners.chapters.cohesion import Text, chance, division
from stage_runners.chapters.thresholds import COHESION, LENGTH, PLACING, SILENCE
from stage_runners.chapters.utterances import Utterance, stems

TOPIC, PAUSE, SHOT = "topic", "pause", "shot change"


@dataclass(frozen=True)
class Part:
    """A chapter without its title: `reasons` are the evidence for its start, empty for the first one."""

    start: float
    end: float
    spoken: Sequence[Utterance]
    reasons: tuple[str, ...] = ()


def parts(
    spoken: Sequence[Utterance],
    seconds: float,
    shots: Sequence[float] = (),
    least: float | None = None,
    check: Callable[[str, int, int], None] | None = None,
) -> list[Part]:
    """The chapters of a film of so many `seconds`, from 0 to its end; a single one if nothing divides it.

    `shots` are the times of shot changes, `least` the minimum length of a chapter in seconds. `check` is
    called often, with what is done of how many `utterances` or `boundaries`.
    """
    if not spoken:
        return [Part(0.0, seconds, ())]
    least = minimum(seconds) if least is None else least
    pauses = [0.0, *(max(0.0, b.start - a) for a, b in zip(_ends(spoken), spoken[1:], strict=False))]
    doublings = _doublings(pauses)
    places = [_place(one.start, pause, shots) for one, pause in zip(spoken, pauses, strict=True)]
    times = [0.0, *(time for time, _ in places[1:])]
    text = Text([stems(one.text) for one in spoken])
    bonus = [_bonus(*one) for one in zip(pauses, doublings, strict=True)]
    found = division(text, times, seconds, least, bonus, check)
    block = COHESION.block_share * least
    evidence = _kept(text, times, block, found, pauses, doublings, check)
    edges = [0, *evidence, len(spoken)]
    starts = [*(times[k] for k in edges[:-1]), seconds]
    result = []
    for n, k in enumerate(edges[:-1]):
        reasons = (*evidence[k], *((SHOT,) if places[k][1] else ())) if k else ()
        result.append(Part(starts[n], starts[n + 1], spoken[k : edges[n + 1]], reasons))
    return result


def minimum(seconds: float) -> float:
    """The minimum length of a chapter of a film of so many `seconds`."""
    return min(LENGTH.most_s, max(LENGTH.least_s, seconds * LENGTH.share))


def _ends(spoken: Sequence[Utterance]) -> list[float]:
    """When everything up to each utterance has ended: speakers overlap."""
    ends: list[float] = []
    for one in spoken:
        ends.append(max(one.end, ends[-1] if ends else one.end))
    return ends


def _doublings(pauses: Sequence[float]) -> list[float]:
    """How often the film's longest usual pause is doubled in each pause; at most `SILENCE.most`."""
    known = sorted(pauses[1:])
    if not known:
        return [0.0] * len(pauses)
    usual = max(SILENCE.least_usual_s, known[min(len(known) - 1, int(len(known) * SILENCE.usual_share))])
    return [min(SILENCE.most, max(0.0, math.log2(pause / usual))) if pause else 0.0 for pause in pauses]


def _alone(pause: float, doublings: float) -> bool:
    """Whether a pause makes a chapter, whatever is said."""
    return doublings >= SILENCE.alone and pause >= SILENCE.alone_s


def _bonus(pause: float, doublings: float) -> float:
    return SILENCE.certain if _alone(pause, doublings) else SILENCE.weight * doublings


def _place(start: float, pause: float, shots: Sequence[float]) -> tuple[float, bool]:
    """When a chapter whose first word is at `start` begins, and whether that is a shot change."""
    k = bisect.bisect_right(shots, start) - 1
    if k >= 0 and start - shots[k] <= min(pause, PLACING.shot_s):
        return shots[k], True
    return max(0.0, start - min(PLACING.lead_s, pause / 2)), False


def _kept(
    text: Text,
    times: Sequence[float],
    block: float,
    found: Sequence[int],
    pauses: Sequence[float],
    doublings: Sequence[float],
    check: Callable[[str, int, int], None] | None,
) -> dict[int, tuple[str, ...]]:
    """The boundaries with evidence, each with what it is."""
    kept: dict[int, tuple[str, ...]] = {}
    edges = [0, *found, len(text.units)]
    for n, (before, at, after) in enumerate(zip(edges, edges[1:], edges[2:], strict=False)):
        if check:
            check("boundaries", n, len(found))
        by_chance = chance(text, times, before, at, after, block)
        if evidence := _evidence(by_chance, pauses[at], doublings[at]):
            kept[at] = evidence
    return kept


def _evidence(by_chance: float, pause: float, doublings: float) -> tuple[str, ...]:
    long = doublings >= SILENCE.long
    topic = by_chance <= (COHESION.chance_with_pause if long else COHESION.chance)
    paused = (long and topic) or _alone(pause, doublings)
    return (*((TOPIC,) if topic else ()), *((PAUSE,) if paused else ()))
