"""The costs of line breaks by the parse of a sentence. The numbers are part of the store's key.

They are on the scale of `stage_runners.subtitles.thresholds.LineBreaks`: 8 for a break that is never made, 3
for a neutral one, 1.5 for a good one. The order follows Netflix's general requirements for timed text (line
treatment).
"""

from __future__ import annotations

from ipc.thresholds import Thresholds


class BreakCosts(Thresholds):
    """The cost of separating a word from its head, and of bad line endings."""

    never: float = 8.0
    """Article, adjective or first name and noun; auxiliary and verb; preposition and object; adverb and
    adjective."""
    opening_last: float = 7.0
    """A line that ends with a conjunction, a preposition or an article."""
    pronoun: float = 6.0
    """A pronoun and its verb: `he | went` separates what is spoken as one unit."""
    verb_object: float = 4.0
    """A verb and its object or adverb."""
    subject: float = 3.0
    """A subject, or a predicate's complement, and the verb."""
    unknown: float = 3.0
    """Any tie that is not listed."""
    preposition: float = 2.0
    """A prepositional phrase, or a part of an enumeration, and its head."""
    clause: float = 1.5
    """A subordinate clause and its head."""
    joined_clauses: float = 1.0
    """Two clauses joined by a conjunction."""
    punctuation: float = 0.0


class WordCosts(Thresholds):
    """The cost of a break in a language without spaces."""

    phrase: float = 1.5
    """Between two phrases of Japanese, each with its particles."""
    word: float = 3.0
    """Between two words."""
    particle: float = 7.0
    """Between a word and its particle, or an adverb and its word."""
    inside: float = 20.0
    """Inside a word, or a phrase of Japanese."""
    katakana: float = 30.0
    """Inside a run of katakana."""


class Parsing(Thresholds):
    """How much text is parsed at once."""

    longest: int = 200
    """Maximum number of words if no sentence ends earlier: parsing endless text only costs memory."""
    batch: int = 32
    """Texts in a batch of the parser."""


BREAK_COSTS = BreakCosts()
WORD_COSTS = WordCosts()
PARSING = Parsing()
THRESHOLDS = (BREAK_COSTS, WORD_COSTS, PARSING)
