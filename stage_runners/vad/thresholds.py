"""The numbers of voice activity detection that can change its result and that no parameter sets.

Each stage declares those that it uses; they are part of the store's key.
"""

from __future__ import annotations

from ipc.thresholds import Thresholds


class Silero(Thresholds):
    """Silero's rule (`get_speech_timestamps`)."""

    below: float = 0.15
    """How far below the threshold a score must be before speech can end."""
    lowest: float = 0.01
    """Minimum score at which speech can end."""


class Agreement(Thresholds):
    """When one of the two detectors is trusted without the other."""

    sure: float = 0.9
    """Score from which it is trusted."""


SILERO, AGREEMENT = Silero(), Agreement()
