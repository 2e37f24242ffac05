"""Finds the speaker of each word with a hidden Markov model over the words and the diarization's turns.

The speaker is the hidden state. A word's evidence for a speaker is the share of the word that the speaker's
turns cover; outside all turns, it decreases with the distance to the nearest. A change of speaker has a cost,
which is lower at punctuation and pauses, so that a turn's edge that is a few tens of milliseconds off does
not separate a word from its sentence. Viterbi's algorithm finds the path; the confidence is the posterior of
the forward-backward algorithm (Rabiner 1989).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from ipc.intervals import overlap
from stage_runners.attribution.thresholds import WEIGHTS, Weights
from stage_runners.text.grammar import ending


class Turn(NamedTuple):
    """`speaker` talks from `start` to `end`, in seconds."""

    start: float
    end: float
    speaker: str


class Heard(NamedTuple):
    """A word for the model: its times in seconds, its final punctuation, and its segment."""

    start: float
    end: float
    text: str
    segment: int


class Attributed(NamedTuple):
    """The speaker of a word (None if no turn is near), the confidence (0 to 1), and overlapping speech."""

    speaker: str | None
    confidence: float | None
    overlap: bool


def attribute(
    words: Sequence[Heard],
    turns: Sequence[Turn],
    exclusive: Sequence[Turn] = (),
    weights: Weights = WEIGHTS,
) -> list[Attributed]:
    """Assign a speaker to each word.

    `words` are in reading order, `turns` may overlap, `exclusive` are the same without overlap (may be
    empty). Words farther than `reach` from every turn follow their neighbours in the segment; if no word of
    it is near a turn, the speaker is None.
    """
    speakers = sorted({turn.speaker for turn in turns})
    if not words or not speakers:
        return [Attributed(None, None, overlap=False) for _ in words]
    rank = {speaker: k for k, speaker in enumerate(speakers)}
    every, alone = _Timeline(turns), _Timeline(exclusive)
    evidence, overlaps = [], []
    for word in words:
        evidence.append(_evidence(word, every, alone, rank, weights))
        overlaps.append(
            every.overlapped(word.start, word.end) >= min(weights.overlap, (word.end - word.start) / 2) > 0
        )
    heard = _segments_heard(words, evidence)
    emissions = [_emission(word, e, len(speakers), weights) for word, e in zip(words, evidence, strict=True)]
    switches = [weights.first, *(_switch(a, b, weights) for a, b in pairwise(words))]
    path = _viterbi(emissions, switches)
    posterior = _posterior(emissions, switches, path)
    return [
        Attributed(speakers[k], p, overlap=overlap)
        if word.segment in heard
        else Attributed(None, None, overlap=False)
        for word, k, p, overlap in zip(words, path, posterior, overlaps, strict=True)
    ]


def speaker_of(start: float, end: float, turns: Sequence[Turn]) -> str | None:
    """The speaker who talks longest between `start` and `end`; None if there is no speech."""
    shares = _Timeline(turns).shares(start, end)
    return max(sorted(shares), key=lambda speaker: shares[speaker]) if shares else None


class _Timeline:
    """The turns split into spans in which the same speakers talk."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        edges = sorted({edge for turn in turns for edge in turn[:2]})
        active: list[set[str]] = [set() for _ in edges]
        for turn in turns:
            for k in range(bisect_right(edges, turn.start) - 1, bisect_right(edges, turn.end) - 1):
                active[k].add(turn.speaker)
        self._edges = edges
        self._active = active

    def _stretches(self, start: float, end: float) -> list[tuple[float, set[str]]]:
        """The seconds between `start` and `end` in each span, with its speakers."""
        found = []
        k = max(0, bisect_right(self._edges, start) - 1)
        while k + 1 < len(self._edges) and self._edges[k] < end:
            seconds = overlap(start, end, self._edges[k], self._edges[k + 1])
            if seconds > 0 and self._active[k]:
                found.append((seconds, self._active[k]))
            k += 1
        return found

    def shares(self, start: float, end: float) -> dict[str, float]:
        """The seconds of speech per speaker between `start` and `end`."""
        total: dict[str, float] = {}
        for seconds, active in self._stretches(start, end):
            for speaker in active:
                total[speaker] = total.get(speaker, 0.0) + seconds
        return total

    def overlapped(self, start: float, end: float) -> float:
        """The seconds of overlapping speech between `start` and `end`."""
        return sum(seconds for seconds, active in self._stretches(start, end) if len(active) > 1)

    def nearest(self, start: float, end: float, reach: float) -> dict[str, float]:
        """The distance in seconds from `start` to `end` to each speaker who talks within `reach`."""
        found: dict[str, float] = {}
        k = max(0, bisect_right(self._edges, start - reach) - 1)
        while k + 1 < len(self._edges) and self._edges[k] < end + reach:
            away = max(0.0, self._edges[k] - end, start - self._edges[k + 1])
            if away <= reach:
                for speaker in self._active[k]:
                    found[speaker] = min(found.get(speaker, math.inf), away)
            k += 1
        return found


def _evidence(
    word: Heard, every: _Timeline, alone: _Timeline, rank: dict[str, int], weights: Weights
) -> dict[int, float]:
    """Evidence, 0 to 1, for each speaker in or near the word; empty if there is none."""
    middle, half = (word.start + word.end) / 2, max(word.end - word.start, weights.least) / 2
    start, end = middle - half, middle + half
    shares = every.shares(start, end)
    if not shares:
        near = every.nearest(start, end, weights.reach)
        return {
            rank[s]: weights.beside * math.exp(-weights.fading * away / weights.reach)
            for s, away in near.items()
        }
    only = {s: t for s, t in alone.shares(start, end).items() if s in rank}
    lean = weights.exclusive if only else 0.0
    return {
        rank[s]: ((1 - lean) * shares.get(s, 0.0) + lean * only.get(s, 0.0)) / (end - start)
        for s in shares.keys() | only.keys()
    }


def _segments_heard(words: Sequence[Heard], evidence: Sequence[dict[int, float]]) -> set[int]:
    return {word.segment for word, e in zip(words, evidence, strict=True) if e}


def _emission(word: Heard, evidence: dict[int, float], speakers: int, weights: Weights) -> list[float]:
    """Likelihood of the word for each speaker, up to a factor; short words have less weight."""
    power = min(1.0, max(word.end - word.start, weights.least) / weights.full)
    result = [weights.floor**power] * speakers
    for k, value in evidence.items():
        result[k] = (value + weights.floor) ** power
    return result


def _switch(a: Heard, b: Heard, weights: Weights) -> float:
    """Probability that the speaker changes between `a` and `b`."""
    candidates = [weights.switch]
    ended = ending(a.text, b.text)
    if ended:
        candidates.append(weights.switch_sentence if ended == "sentence" else weights.switch_clause)
    if b.start - a.end >= weights.pause:
        candidates.append(weights.switch_pause)
    if a.segment != b.segment:
        candidates.append(weights.switch_pause)
    return max(candidates)


def _viterbi(emissions: Sequence[Sequence[float]], switches: Sequence[float]) -> list[int]:
    """The most likely state of each step; `switches` are the probabilities of a change to any other state."""
    states = range(len(emissions[0]))
    others = max(1, len(emissions[0]) - 1)
    scores = [math.log(value) for value in emissions[0]]
    back: list[list[int]] = []
    for emission, switch in zip(emissions[1:], switches[1:], strict=True):
        best = max(states, key=scores.__getitem__)
        stay, change = math.log(1 - switch), scores[best] + math.log(switch / others)
        origins = [k if scores[k] + stay >= change else best for k in states]
        scores = [max(scores[k] + stay, change) + math.log(emission[k]) for k in states]
        back.append(origins)
    path = [max(states, key=scores.__getitem__)]
    for origins in reversed(back):
        path.append(origins[path[-1]])
    return path[::-1]


def _posterior(
    emissions: Sequence[Sequence[float]], switches: Sequence[float], path: Sequence[int]
) -> list[float]:
    """Posterior probability of the path's state at each step."""
    others = max(1, len(emissions[0]) - 1)
    forward = [_normal(emissions[0])]
    for emission, switch in zip(emissions[1:], switches[1:], strict=True):
        moved = _moved(forward[-1], switch, others)
        forward.append(_normal([m * e for m, e in zip(moved, emission, strict=True)]))
    result = [0.0] * len(path)
    behind = [1.0] * len(emissions[0])
    for k in range(len(path) - 1, -1, -1):
        joint = _normal([f * b for f, b in zip(forward[k], behind, strict=True)])
        result[k] = joint[path[k]]
        behind = _normal(
            _moved([b * e for b, e in zip(behind, emissions[k], strict=True)], switches[k], others)
        )
    return result


def _moved(values: Sequence[float], switch: float, others: int) -> list[float]:
    total = sum(values)
    return [value * (1 - switch) + (total - value) * switch / others for value in values]


def _normal(values: Sequence[float]) -> list[float]:
    total = sum(values)
    return [value / total for value in values]
