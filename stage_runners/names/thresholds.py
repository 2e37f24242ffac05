"""Numbers that change the glossary and the corrections of names. They are part of the store's key.

Those of corrections were measured with names planted in transcripts (benchmarks/names_planted.py).
"""

from __future__ import annotations

from ipc.thresholds import Thresholds


class Corrections(Thresholds):
    """When a word is a misheard name. Probabilities are the recogniser's; likeness is from 0 to 1."""

    gap_s: float = 0.5
    """Seconds between two words that may be one name."""
    lead: float = 0.05
    """How much higher the best term scores than the next one; if less, none is chosen."""
    believed: float = 0.85
    """Probability of a word from which on its spelling is right in the whole film."""
    most_sure: float = 0.75
    """Probability above which a word is right where it stands."""
    supports: float = 0.5
    """Probability from which on a name in the transcript supports the cast."""
    near: int = 40
    """Words on either side that must not hold the name itself."""
    sound: float = 0.75
    """Least likeness of sound,"""
    spelling: float = 0.65
    """least likeness of spelling,"""
    together: float = 1.5
    """and the least sum of both if they do not sound the same."""
    merged: float = 0.8
    """Least likeness of spelling of two words together with one name."""
    short: int = 3
    """Letters up to which a name sounds like too many words: it has to sound the same,"""
    short_letters: float = 1.2
    """and may differ by this many letters."""


class Score(Thresholds):
    """The score of a correction: a sum of weights times evidence from 0 to 1."""

    sound: float = 0.3
    spelling: float = 0.3
    doubt: float = 0.2
    """Weight of one less the word's probability."""
    film: float = 0.2
    """Weight of the film's support for the name, which is the sum of"""
    own: float = 0.5
    """this much for each time that the name is in the transcript,"""
    own_times: int = 2
    """counted up to here,"""
    others: float = 0.15
    """and this much for each other name of the cast there."""
    others_least: int = 2
    """Other names that are needed if the name itself is not there."""


class Weights(Thresholds):
    """Weights of the glossary's terms, from 0 to 1."""

    given: float = 1.0
    """Shares of a character's weight: people call each other by given names, and a full name holds both."""
    family: float = 0.8
    full: float = 0.5
    place: float = 0.5
    other: float = 0.4
    half: int = 8
    """Place in the cast whose weight is half of the first one's."""
    alias: float = 0.9
    """An alias has this share of its name's weight."""
    unmentioned: float = 0.85
    """Share of its weight that a term has if the plot does not mention it,"""
    mention: float = 0.15
    """what each mention adds,"""
    mentions: int = 3
    """counted up to here."""
    plot_only: float = 0.3
    """Weight of a name that only the plot has, mentioned once,"""
    plot_again: float = 0.1
    """and what each further mention adds."""
    english: float = 0.5
    """Share of English words above which a plot is in English."""


CORRECTIONS = Corrections()
SCORE = Score()
WEIGHTS = Weights()
