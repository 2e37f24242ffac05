"""What the model of who said each word believes before it has seen one. The numbers are part of the store's key.

They are judgements: no benchmark in this repository varies them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Weights:
    """The hidden Markov model: evidence for a speaker in a word, from 0 to 1, and how likely the speaker changes between two words."""

    exclusive: float = 0.5
    """Share of the evidence that comes from the turns without overlap."""
    floor: float = 0.05
    """Evidence left to a speaker who does not speak in the word at all."""
    reach: float = 1.0
    """Seconds beside a turn at which a word may still belong to it."""
    beside: float = 0.5
    """Evidence of a word that touches a turn but lies beside it."""
    fading: float = 3.0
    """How fast that evidence falls: by a factor of e to this power at `reach`."""
    full: float = 0.3
    """Seconds from which a word counts fully; shorter ones count less, because turns are not that exact."""
    least: float = 0.05
    """Seconds that a word counts as having at least."""
    overlap: float = 0.05
    """Seconds in which two speakers talk, from which a word is overlapped; of a short word, half of it."""
    first: float = 0.5
    """Probability of a change before the first word, where none can be seen."""
    switch: float = 0.02
    """Probability that the speaker changes between two words of one sentence."""
    switch_clause: float = 0.06
    """The same after a clause."""
    switch_pause: float = 0.2
    """The same at a pause, or between two segments."""
    switch_sentence: float = 0.35
    """The same after a sentence."""
    pause: float = 0.4
    """Seconds of silence that count as a pause."""


WEIGHTS = Weights()
THRESHOLDS = (WEIGHTS,)
