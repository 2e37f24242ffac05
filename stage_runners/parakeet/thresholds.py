"""The numbers of Parakeet that change results, besides its weights."""

from __future__ import annotations

from ipc.thresholds import Thresholds
from stage_runners.recognition.thresholds import TEXT_LANGUAGE


class Parakeet(Thresholds):
    """How windows are read, and words timed."""

    longest_window: float = 120.0
    """Maximum length of a window, in seconds. The model card allows 24 minutes, whose attention takes 100 GB
    where that of two minutes takes 150 MB."""
    shortest_window: float = 0.5
    """Seconds to which a shorter window is extended with silence: its features are normalised over time,
    which means nothing in a few frames."""
    longest_token: float = 0.32
    """Seconds that a token lasts at most: the network's own longest duration is four frames of 0.08 s."""


PARAKEET = Parakeet()
THRESHOLDS = (PARAKEET, TEXT_LANGUAGE)
