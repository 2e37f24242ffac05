"""Which language is spoken where, in films that mix them.

Whisper's decoder tells the language of whatever stretch of the encoder's states it is shown. So a window is encoded once, and stretches
of five seconds are asked for their language, at the cost of one decoder step. The likeliest course of languages through the film,
with a price for every change (Viterbi), says where something else may be spoken; it is believed when the stretch, encoded by itself,
is that language beyond doubt. docs/decisions/ has the figures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from stage_runners.whisper import encoder_states
from stage_runners.whisper.windows import Chunk

STRETCH = 5.0
"""Seconds of states that are asked for their language: of three seconds of plain speech, one in ten was called another language."""
HOP = 2.5
_CHANGE = 5.0
"""Price of a change, in nats; a stretch that is surely of one language and not of another is worth 4.6."""
_FLOOR = 0.01
"""Probability below which a language is as good as excluded: no single stretch decides."""
_CANDIDATE = 0.5
"""Probability that a language must have somewhere to be thought of."""
_SURE = 0.8
_TIMES = 20.0
"""What a language other than the film's must be, encoded by itself: so probable, and so many times as probable as the film's."""
_FRAMES = 50.0
"""Encoder states a second."""
_NEAR = 3.0
"""Seconds on either side of a possible cut that are asked for their language."""
_EDGE = 1.0
"""Seconds of a stretch in which no change is looked for."""
_APART = 0.4
"""Seconds between two places where a change is looked for."""
_PLACES = 8


class Stretch(NamedTuple):
    """Part of a window: seconds of the film, and each language's probability."""

    start: float
    end: float
    probability: dict[str, float]


class Spoken(NamedTuple):
    """A window, or a part of one, in one language."""

    chunk: Chunk
    language: str


def stretches(whisper: Any, states: Any, chunk: Chunk) -> list[Stretch]:
    """The languages along a window with these states (frames, states), which holds the sound of `chunk`."""
    count = max(1, min(1500, round((chunk.end - chunk.start) * _FRAMES)))
    width = min(count, round(STRETCH * _FRAMES))
    firsts = list(range(0, count - width + 1, round(HOP * _FRAMES)))
    if firsts[-1] != count - width:
        firsts.append(count - width)
    found = _asked(whisper, states, [(first, first + width) for first in firsts])
    return [
        Stretch(
            chunk.start + first / _FRAMES,
            chunk.start + (first + width) / _FRAMES,
            {code: p for code, p in probability.items() if p >= _FLOOR},  # of a long film there are thousands
        )
        for first, probability in zip(firsts, found, strict=True)
    ]


def course(film: Sequence[Stretch], main: str) -> list[str]:
    """The language of every stretch: the likeliest course where each change costs `_CHANGE`; it begins in `main`."""
    heard = {code for one in film for code, p in one.probability.items() if p >= _CANDIDATE}
    languages = [main, *sorted(heard - {main})]
    cost = {code: 0.0 if code == main else _CHANGE for code in languages}
    steps: list[dict[str, str]] = []
    for number, one in enumerate(film):
        before: dict[str, str] = {code: code for code in languages}
        if number:
            cheapest = min(languages, key=lambda code: cost[code])
            before = {c: cheapest if cost[cheapest] + _CHANGE < cost[c] else c for c in languages}
        cost = {
            code: cost[before[code]]
            + (_CHANGE if before[code] != code else 0.0)
            - math.log(max(one.probability.get(code, 0.0), _FLOOR))
            for code in languages
        }
        steps.append(before)
    if not steps:
        return []
    path = [min(languages, key=lambda code: cost[code])]
    for before in reversed(steps[1:]):
        path.append(before[path[-1]])
    return path[::-1]


def parts(
    whisper: Any,
    samples: Any,
    sample_rate: int,
    states: Any,
    chunk: Chunk,
    heard: Sequence[tuple[Stretch, str]],
) -> list[Spoken]:
    """The window with these states cut where its language changes; `heard` are its stretches with their languages."""
    result = []
    start = chunk.start
    for (before, old), (after, new) in pairwise(heard):
        if old == new:
            continue
        low, high = max(before.start, start) + _EDGE, after.end - _EDGE
        cut = _cut(whisper, samples, sample_rate, states, chunk, (low, high), (old, new))
        result.append(Spoken(_piece(chunk, start, cut), old))
        start = cut
    return [*result, Spoken(_piece(chunk, start, chunk.end), heard[-1][1])]


def believed(probability: dict[str, float], language: str, main: str) -> bool:
    """Whether a part that was encoded by itself is in `language` and not in the film's."""
    found = probability.get(language, 0.0)
    return found >= _SURE and found >= _TIMES * probability.get(main, 0.0)


def whole(whisper: Any, encoded: Any) -> list[dict[str, float]]:
    """Each language's probability in every window of the encodings."""
    return [{token[2:-2]: p for token, p in row} for row in whisper.model.detect_language(encoded)]


def _asked(whisper: Any, states: Any, spans: Sequence[tuple[int, int]]) -> list[dict[str, float]]:
    """The languages of equally long spans of frames of a window."""
    return whole(whisper, encoder_states.stacked([states[first:last] for first, last in spans]))


def _cut(
    whisper: Any,
    samples: Any,
    sample_rate: int,
    states: Any,
    chunk: Chunk,
    span: tuple[float, float],
    languages: tuple[str, str],
) -> float:
    """The quiet place in `span` that parts the two languages best; of those that part them alike, the quietest."""
    old, new = languages
    places = _quiet(samples, sample_rate, *span)
    worth = []
    for place, _ in places:
        before = _ratio(whisper, states, chunk, (place - _NEAR, place), old, new)
        after = _ratio(whisper, states, chunk, (place, place + _NEAR), new, old)
        worth.append(before + after)
    good = [one for one, value in zip(places, worth, strict=True) if value >= max(worth) - 1.0]
    return min(good, key=lambda one: one[1])[0]


def _ratio(
    whisper: Any,
    states: Any,
    chunk: Chunk,
    span: tuple[float, float],
    language: str,
    other: str,
) -> float:
    """By how many nats the seconds of `span` that are in the window are `language` rather than `other`."""
    first = round((max(span[0], chunk.start) - chunk.start) * _FRAMES)
    last = round((min(span[1], chunk.end) - chunk.start) * _FRAMES)
    if last - first < 1:
        return 0.0
    (found,) = _asked(whisper, states, [(first, last)])
    return math.log(max(found.get(language, 0.0), _FLOOR) / max(found.get(other, 0.0), _FLOOR))


def _quiet(samples: Any, sample_rate: int, start: float, end: float) -> list[tuple[float, float]]:
    """The quietest places between `start` and `end`, each with its power, some way apart."""
    import numpy as np

    step = sample_rate // 50
    first = round(start * sample_rate)
    count = (round(end * sample_rate) - first) // step
    frames = samples[first : first + max(0, count) * step].astype(np.float64)
    if len(frames) < 10 * step:
        return [((start + end) / 2, 0.0)]
    power = (frames[: len(frames) // step * step].reshape(-1, step) ** 2).mean(axis=1)
    smooth = np.convolve(power, np.ones(10) / 10, mode="valid")
    found: list[tuple[float, float]] = []
    for place in np.argsort(smooth, kind="stable"):
        seconds = start + (int(place) + 5) / 50
        if all(abs(seconds - other) >= _APART for other, _ in found):
            found.append((seconds, float(smooth[place])))
        if len(found) == _PLACES:
            break
    return found


def _piece(chunk: Chunk, start: float, end: float) -> Chunk:
    share = (end - start) / (chunk.end - chunk.start)
    return Chunk(start, end, chunk.speech * share)
