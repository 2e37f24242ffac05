"""Figures of voice activity detection that can change its result and that no parameter sets.

A stage names its own in its declaration: they are part of the key that its results are stored under.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Silero:
    """Silero's own rule (its `get_speech_timestamps`)."""

    below: float = 0.15
    """How far under the threshold a score is before speech can end."""
    lowest: float = 0.01
    """The least that it ends at."""


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """When one of the two detectors is believed without the other."""

    sure: float = 0.9
    """Score from which it is."""


SILERO, AGREEMENT = Silero(), Agreement()
