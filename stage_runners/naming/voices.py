"""Saved voices: compares the speakers of a film with voices that the user or an earlier episode has
enrolled.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stage_runners.naming.thresholds import VOICES


@dataclass(frozen=True)
class Known:
    """A person's voice: unit `vector`, the `seconds` it was made from, and the films it comes from."""

    name: str
    vector: NDArray[np.float64]
    seconds: float
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """`speaker` is `name`, with their cosine similarity, and that of the second best person."""

    speaker: str
    name: str
    cosine: float
    second: float
    sources: tuple[str, ...]

    def confidence(self, threshold: float) -> float:
        """The probability that they are one person: 0.96 at the measured threshold, more above."""
        return 1 / (1 + math.exp(-(VOICES.slope * (self.cosine - threshold) + VOICES.at_threshold)))


def people(voices: Sequence[Mapping[str, Any]], model: Mapping[str, Any]) -> tuple[list[Known], list[str]]:
    """One voice for each person with clips embedded by `model` (id and revision), and the people without such
    clips.

    Several clips of one person are averaged, weighted by their seconds, as is usual for several enrolments.
    """
    own: dict[str, list[Mapping[str, Any]]] = {}
    others: dict[str, None] = {}
    for voice in voices:
        same = voice["model"] == model.get("id") and voice["revision"] == model.get("revision")
        if same:
            own.setdefault(voice["name"], []).append(voice)
        else:
            others[voice["name"]] = None
    known = []
    for name, clips in own.items():
        seconds = np.array([clip["seconds"] for clip in clips], np.float64)
        mean = seconds @ np.array([clip["vector"] for clip in clips], np.float64)
        norm = float(np.linalg.norm(mean))
        if norm > 0:
            known.append(Known(name, mean / norm, float(seconds.sum()), tuple(c["source"] for c in clips)))
    return known, [name for name in others if name not in own]


def matches(
    speakers: Sequence[str],
    vectors: NDArray[np.float64],
    known: Sequence[Known],
    threshold: float,
    margin: float = VOICES.margin,
) -> list[Match]:
    """The speakers whose unit `vectors` (n, size) match `known` people: each person and speaker once, the
    nearest first.

    A speaker with two people less than `margin` apart is neither.
    """
    if not len(speakers) or not known:
        return []
    cosines = vectors @ np.stack([person.vector for person in known]).T
    found: list[Match] = []
    for row, column in sorted(np.ndindex(*cosines.shape), key=lambda at: -cosines[at]):
        cosine = float(cosines[row, column])
        if cosine < threshold:
            break
        second = float(np.delete(cosines[row], column).max(initial=-1.0))
        taken = any(speakers[row] == m.speaker or known[column].name == m.name for m in found)
        if taken or cosine - second < margin:
            continue
        found.append(Match(speakers[row], known[column].name, cosine, second, known[column].sources))
    return found
