"""What it costs to end a line before a word, by the parse of its sentence. The numbers are part of the store's key.

They are on the scale of `stage_runners.subtitles.thresholds.LineBreaks`: 8 for what is never done, 3 for a break that nothing speaks for
or against, 1.5 for a good one. The order is that of Netflix's general requirements for timed text (line treatment).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class BreakCosts:
    """The cost of tearing apart a word and the head it depends on, and of lines that end badly."""

    never: float = 8.0
    """Article, adjective or first name and noun; auxiliary and verb; preposition and object; an adverb and the adjective it modifies."""
    opening_last: float = 7.0
    """A line that ends with a word that opens what follows: a conjunction, a preposition, an article."""
    pronoun: float = 6.0
    """A pronoun and its verb: `he | went` tears what is spoken as one."""
    verb_object: float = 4.0
    """A verb and its object, or an adverb of it."""
    subject: float = 3.0
    """A subject, or a predicate's complement, and the verb."""
    unknown: float = 3.0
    """Any tie that is not listed."""
    preposition: float = 2.0
    """A prepositional phrase, or a part of an enumeration, and what it hangs on."""
    clause: float = 1.5
    """A subordinate clause and what it hangs on."""
    joined_clauses: float = 1.0
    """Two clauses that a conjunction joins."""
    punctuation: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Parsing:
    """How much text is parsed at once."""

    longest: int = 200
    """Words, if no sentence ends earlier: the parse of endless text costs memory and gains nothing."""
    batch: int = 32
    """Texts in a batch of the parser."""


BREAK_COSTS = BreakCosts()
PARSING = Parsing()
THRESHOLDS = (BREAK_COSTS, PARSING)
