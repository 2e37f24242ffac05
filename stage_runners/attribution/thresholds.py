"""The prior probabilities of attribution. The numbers are part of the store's key.

They are estimates: no benchmark in this repository varies them.
"""

from __future__ import annotations

from ipc.thresholds import Thresholds


class Weights(Thresholds):
    """The hidden Markov model: a speaker's evidence in a word, 0 to 1, and probabilities of a change."""

    exclusive: float = 0.5
    """Share of the evidence from the turns without overlap."""
    floor: float = 0.05
    """Evidence for a speaker without speech in the word."""
    reach: float = 1.0
    """Seconds beside a turn at which a word may still belong to it."""
    beside: float = 0.5
    """Evidence if the word touches a turn without overlap."""
    fading: float = 3.0
    """Decay of that evidence: it falls by a factor of e to this power at `reach`."""
    full: float = 0.3
    """Seconds from which a word has full weight; shorter ones have less, because turns are not that exact."""
    least: float = 0.05
    """Minimum length of a word, in seconds."""
    overlap: float = 0.05
    """Seconds of overlapping speech from which a word counts as overlapped; half of a short word."""
    first: float = 0.5
    """Probability of a change before the first word, where none is visible."""
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
