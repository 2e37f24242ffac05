"""Every figure of alignment that can change its result.

`THRESHOLDS` is part of the key that a result is stored under.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Pieces:
    """How words are cut into the pieces that are aligned one by one."""

    longest: float = 28.0
    """Seconds of words in a piece; with its margins it stays within 30."""
    pause: float = 0.8
    """Seconds between words that end a piece: recognisers know well that nobody speaks there."""
    least_margin: float = 0.15
    """Seconds of sound kept around a piece, at least: attention times are rough."""
    most_margin: float = 0.5
    """Seconds kept around it, at most."""
    shortest_word: float = 0.02
    """Seconds a word lasts at least when it is put between others."""


@dataclass(frozen=True, kw_only=True)
class Trust:
    """When pocketsphinx is believed; measured by benchmarks/alignment_trust.py."""

    neighbours: int = 2
    """Words on either side that count into a word's score."""
    alone: float = -6.0
    """Nats a frame that a word's neighbourhood needs when the recogniser says something else."""
    agreed: float = -8.0
    """Nats a frame that it needs when the recogniser puts the word at the same place: noise and music
    lower the score."""
    near: float = 0.3
    """Seconds between two methods that mean the same place."""
    slope: float = 1.0
    """How steeply nats a frame become a figure in 0..1."""


@dataclass(frozen=True, kw_only=True)
class Sphinx:
    """Weights of pocketsphinx's search."""

    language_weight: float = 1.0
    silence_probability: float = 0.1


PIECES, TRUST, SPHINX = Pieces(), Trust(), Sphinx()
THRESHOLDS: tuple[object, ...] = (PIECES, TRUST, SPHINX)
