"""Numbers that decide what existing subtitles may change. They are part of the store's key.

They were set with the right, altered and wrong subtitles of benchmarks/existing_subtitles.py.
"""

from __future__ import annotations

from ipc.thresholds import Thresholds


class Fitting(Thresholds):
    """Which subtitles are compared with the speech; one of two hours takes 6 to 26 s of processor time."""

    most: int = 4
    """Files and tracks that are compared, of those with different times."""
    same_times: float = 0.8
    """Share of cues that start within a tenth of a second of another's, to take its place in the film."""


class Agreement(Thresholds):
    """When subtitles are in the language that is spoken, and about what is said."""

    least_share: float = 0.3
    """Share of their words that were recognised at their time."""
    least_words: int = 8
    """Words that must have been recognised so; with fewer, nothing is known."""
    around_s: float = 1.5
    """How far from its cue a word may be spoken, in seconds."""
    pause_s: float = 3.0
    """Cues with a longer gap between them are compared each for itself."""
    most_cues: int = 40
    """Cues that are compared at a time: the time for it grows with the square of their words."""


class SameWords(Thresholds):
    """When a word of subtitles in the spoken language replaces a recognised one."""

    unsure: float = 0.6
    """Probability below which the least sure of the recognised words must be."""
    sure: float = 0.9
    """Probability from which on no word is replaced."""
    alike: float = 0.6
    """Least likeness of sound or spelling, 0 to 1."""
    capitals: float = 0.8
    """Share of capitals among the letters of subtitles that are written in capitals."""
    longest: int = 3
    """Words that are replaced by up to as many at a time."""
    beside: int = 2
    """Words next to it that must be the same, on both sides together, one on each side at least unless the
    passage ends there."""


class SaidNames(Thresholds):
    """When a name of subtitles, perhaps in another language, replaces a recognised word."""

    score: float = 0.65
    """Least score of the correction, as in `post_ner`."""
    around_s: float = 3.0
    """How far from a cue with the name it may be spoken, in seconds."""
    shortest: int = 3
    """Letters of a name."""


FITTING, AGREEMENT, SAME_WORDS, SAID_NAMES = Fitting(), Agreement(), SameWords(), SaidNames()
THRESHOLDS = (FITTING, AGREEMENT, SAME_WORDS, SAID_NAMES)
