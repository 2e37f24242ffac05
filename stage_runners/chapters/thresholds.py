"""The numbers that decide where a chapter begins. They are part of the store's key.

Measurements: docs/decisions/2026-11-30-chapters.md.
"""

from __future__ import annotations

from ipc.thresholds import Thresholds


class Speech(Thresholds):
    """How the transcript is divided into utterances, before which a chapter may begin."""

    pause_s: float = 1.0
    """Seconds without a word after which another utterance begins, also within a sentence."""
    longest: int = 60
    """Maximum words of an utterance, for text without full stops."""
    stem: int = 5
    """Characters by which words of an alphabet are compared: inflected forms then count as one word (P.
    McNamee, J. Mayfield, Information Retrieval 7, 2004)."""


class Cohesion(Thresholds):
    """When two parts of the transcript are about different things."""

    prior_share: float = 0.5
    """Share of the film's words that each chapter begins with, drawn from the whole film's vocabulary: what
    is frequent in the whole film counts little."""
    price: float = 1.5
    """What a boundary costs, in the nats that its place among all utterances takes to describe."""
    permutations: int = 199
    """Random orders of two chapters' utterances that a boundary between them is compared with."""
    block_share: float = 0.15
    """Share of the minimum length of a chapter within which utterances stay together in a random order."""
    least_blocks: int = 4
    """Blocks that two chapters have at least: fewer have too few orders to compare."""
    chance: float = 0.01
    """Share of random orders that may have as strong a boundary, for the text alone."""
    chance_with_pause: float = 0.02
    """The same for a boundary in a long pause."""


class Silence(Thresholds):
    """What a pause tells."""

    usual_share: float = 0.9
    """Share of the film's pauses between utterances that are usual ones."""
    least_usual_s: float = 0.5
    """Seconds that a usual pause has at least: alignment is not more exact."""
    weight: float = 1.0
    """What each doubling of the longest usual pause adds to a boundary, in nats."""
    most: float = 4.0
    """Doublings beyond which more silence adds nothing."""
    long: float = 1.0
    """Doublings from which a pause is long."""
    alone: float = 3.0
    """Doublings from which a pause alone makes a chapter, whatever is said before and after it."""
    alone_s: float = 10.0
    """Seconds that such a pause lasts at least."""
    certain: float = 1000.0
    """What such a pause adds to a boundary, in nats: more than words can."""


class Placing(Thresholds):
    """Where in a pause a chapter begins."""

    lead_s: float = 0.5
    """Seconds before its first word, or half the pause if that is shorter."""
    shot_s: float = 3.0
    """Seconds before its first word within which it begins with a shot change instead."""


class Length(Thresholds):
    """The minimum length of a chapter that nobody set."""

    share: float = 0.05
    """Share of the film."""
    least_s: float = 30.0
    most_s: float = 300.0


class Titles(Thresholds):
    """Titles of characteristic words."""

    words: int = 3
    sentence: int = 70
    """Maximum characters of a title that is a sentence: YouTube shows so many."""


SPEECH = Speech()
COHESION = Cohesion()
SILENCE = Silence()
PLACING = Placing()
LENGTH = Length()
TITLES = Titles()
THRESHOLDS = (SPEECH, COHESION, SILENCE, PLACING, LENGTH, TITLES)
