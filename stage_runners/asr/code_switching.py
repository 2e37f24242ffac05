"""Finds the language of each part of a film that mixes languages.

Each window is encoded once, and the language of every five-second stretch of it is detected. The most likely
sequence of languages through the film, with a cost per change (Viterbi), shows where another language may be
spoken. That part is encoded alone, and accepted only if the detector is certain. docs/decisions/ has the
measurements.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from stage_runners.asr.thresholds import LANGUAGES
from stage_runners.recognition.recognizer import Encoded, LanguageDetector, Sound
from stage_runners.recognition.windows import Chunk

_GRID = 50.0
"""Possible starts of a stretch per second: the grid of `LanguageDetector.in_spans`."""


class Stretch(NamedTuple):
    """Part of a window: its seconds of the film, and the probability of each language."""

    start: float
    end: float
    probability: Mapping[str, float]


class Spoken(NamedTuple):
    """A window, or a part of one, in one language."""

    chunk: Chunk
    language: str


def stretches(detector: LanguageDetector, encoded: Encoded, longest: float) -> list[Stretch]:
    """The languages along an encoded window; `longest` is the maximum length of a window in seconds."""
    chunk = encoded.chunk
    count = max(1, min(round(longest * _GRID), round((chunk.end - chunk.start) * _GRID)))
    width = min(count, round(LANGUAGES.stretch * _GRID))
    firsts = list(range(0, count - width + 1, round(LANGUAGES.hop * _GRID)))
    if firsts[-1] != count - width:
        firsts.append(count - width)
    languages = detector.in_spans(encoded, [(first / _GRID, (first + width) / _GRID) for first in firsts])
    return [
        Stretch(
            chunk.start + first / _GRID,
            chunk.start + (first + width) / _GRID,
            # in a long film there are thousands
            {code: p for code, p in probability.items() if p >= LANGUAGES.floor},
        )
        for first, probability in zip(firsts, languages, strict=True)
    ]


def course(film: Sequence[Stretch], main: str) -> list[str]:
    """The languages of the stretches: the most likely sequence from `main` on, with a cost per change."""
    candidates = {code for one in film for code, p in one.probability.items() if p >= LANGUAGES.candidate}
    languages = [main, *sorted(candidates - {main})]
    price = LANGUAGES.change
    cost = {code: 0.0 if code == main else price for code in languages}
    steps: list[dict[str, str]] = []
    for number, one in enumerate(film):
        before: dict[str, str] = {code: code for code in languages}
        if number:
            cheapest = min(languages, key=lambda code: cost[code])
            before = {c: cheapest if cost[cheapest] + price < cost[c] else c for c in languages}
        cost = {
            code: cost[before[code]]
            + (price if before[code] != code else 0.0)
            - math.log(max(one.probability.get(code, 0.0), LANGUAGES.floor))
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
    detector: LanguageDetector, encoded: Encoded, detected: Sequence[tuple[Stretch, str]]
) -> list[Spoken]:
    """An encoded window split where its language changes; `detected` are its stretches with languages."""
    chunk = encoded.chunk
    result = []
    start = chunk.start
    for (before, old), (after, new) in pairwise(detected):
        if old == new:
            continue
        low, high = max(before.start, start) + LANGUAGES.edge, after.end - LANGUAGES.edge
        cut = _cut(detector, encoded, (low, high), (old, new))
        result.append(Spoken(_piece(chunk, start, cut), old))
        start = cut
    return [*result, Spoken(_piece(chunk, start, chunk.end), detected[-1][1])]


def believed(probability: Mapping[str, float], language: str, main: str) -> bool:
    """Whether a part that was encoded alone is in `language` and not in the film's language."""
    value = probability.get(language, 0.0)
    return value >= LANGUAGES.sure and value >= LANGUAGES.times * probability.get(main, 0.0)


def _cut(
    detector: LanguageDetector, encoded: Encoded, span: tuple[float, float], languages: tuple[str, str]
) -> float:
    """The quiet time in `span` that separates the two languages best; among equals, the quietest."""
    old, new = languages
    places = _quiet(encoded.sound, *span)
    worth = []
    for place, _ in places:
        before = _ratio(detector, encoded, (place - LANGUAGES.near, place), old, new)
        after = _ratio(detector, encoded, (place, place + LANGUAGES.near), new, old)
        worth.append(before + after)
    least = max(worth) - LANGUAGES.as_good
    good = [one for one, value in zip(places, worth, strict=True) if value >= least]
    return min(good, key=lambda one: one[1])[0]


def _ratio(
    detector: LanguageDetector, encoded: Encoded, span: tuple[float, float], language: str, other: str
) -> float:
    """Log-odds, in nats, of `language` against `other` in the seconds of `span` that are in the window."""
    chunk = encoded.chunk
    first = round((max(span[0], chunk.start) - chunk.start) * _GRID)
    last = round((min(span[1], chunk.end) - chunk.start) * _GRID)
    if last - first < 1:
        return 0.0
    (found,) = detector.in_spans(encoded, [(first / _GRID, last / _GRID)])
    floor = LANGUAGES.floor
    return math.log(max(found.get(language, 0.0), floor) / max(found.get(other, 0.0), floor))


def _quiet(sound: Sound, start: float, end: float) -> list[tuple[float, float]]:
    """The quietest times between `start` and `end`, a minimum distance apart, each with its power."""
    import numpy as np

    step = sound.sample_rate // 50
    first = round(start * sound.sample_rate)
    count = (round(end * sound.sample_rate) - first) // step
    frames = sound.samples[first : first + max(0, count) * step].astype(np.float64)
    if len(frames) < 10 * step:
        return [((start + end) / 2, 0.0)]
    power = (frames[: len(frames) // step * step].reshape(-1, step) ** 2).mean(axis=1)
    smooth = np.convolve(power, np.ones(10) / 10, mode="valid")
    places: list[tuple[float, float]] = []
    for place in np.argsort(smooth, kind="stable"):
        seconds = start + (int(place) + 5) / 50
        if all(abs(seconds - other) >= LANGUAGES.apart for other, _ in places):
            places.append((seconds, float(smooth[place])))
        if len(places) == LANGUAGES.places:
            break
    return places


def _piece(chunk: Chunk, start: float, end: float) -> Chunk:
    share = (end - start) / (chunk.end - chunk.start)
    return Chunk(start, end, chunk.speech * share)
