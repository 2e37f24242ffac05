"""The numbers of the stage that can change its result. `THRESHOLDS` is part of the store's key."""

from __future__ import annotations

from ipc.thresholds import Thresholds


class Anchors(Thresholds):
    """Runs of letters that both texts have exactly once."""

    letters: int = 9
    """Letters of a group that must be unique in both."""
    drift: int = 6
    """Letters by which the distance of two groups of a run may differ."""
    apart: int = 40
    """Letters between two groups of a run."""
    least: int = 12
    """Letters of a run of the main chain: a shorter one may be in both by chance."""
    moved: int = 18
    """Letters of a run in another order that is taken for a passage that moved."""


class Matching(Thresholds):
    """When a word of the text is one that was recognised; measured by benchmarks/known_text.py."""

    anchor_letters: int = 3
    """Letters of a word that is an anchor."""
    of_word: float = 0.6
    """Share of a word's letters that must be among the recognised ones at its place."""
    of_recognised: float = 0.5
    """Share of the letters of the recognised word that must be its own or its neighbours'."""
    in_script: float = 0.5
    """Share of the recognised letters in the language's own script below which consonants are compared."""
    neighbours: int = 5
    """Words on either side that count as its neighbourhood: one word alone matches anywhere."""
    of_neighbourhood: float = 0.5
    """Share of the letters of the neighbourhood that must match."""
    of_line: float = 0.5
    """Share of a line's letters below which it is looked for elsewhere in the film."""
    moved_letters: int = 12
    """Letters that a line must have to be looked for elsewhere by itself."""
    moved_likeness: float = 75.0
    """Likeness (0 to 100) of a line to what was recognised elsewhere from which it is there."""
    moved_margin: float = 8.0
    """How much less alike the second best place must be."""
    recurring: int = 400
    """Most lines that are looked for where several places are like them."""
    chain_words: int = 12
    """Most words recognised between two lines that moved together."""
    least_share: float = 0.1
    """Share of the words of the text that must be found: below it, the text is another one's."""
    least_words: int = 3
    """Words of the text that must be found."""


class Placing(Thresholds):
    """What happens to words of the text that were not recognised, and to speech that is not in it."""

    fastest: float = 28.0
    """Letters a second that nobody exceeds; a text that would need more is not spoken there."""
    fastest_spaceless: float = 12.0
    """The same for characters of a script without spaces."""
    good: float = 0.7
    """Share of the words found from which recognition is trusted to tell other words from misheard ones."""
    likeness: float = 45.0
    """Likeness (0 to 100) to what was recognised at its place below which a line of a well recognised film is
    not what was said there."""
    kept_words: int = 3
    """Most words in a row that are kept in a spoken line though there is no time for them."""
    extra_words: int = 2
    """Recognised words from which speech between two lines of the text is kept as a line of its own."""
    extra_gap: float = 1.0
    """Seconds of silence that divide such speech into several lines."""
    longest: float = 20.0
    """Seconds of a segment; longer lines are divided after clauses or at pauses."""


class Trust(Thresholds):
    """When recognition is trusted against a line of the text that is unlike what was recognised there."""

    exact: float = 0.7
    """Share of the words, in lines that were found, that were recognised letter by letter."""
    of_line: float = 0.5
    """Share of a line's words from which it counts as found."""
    least_words: int = 10
    """Words that must be recognised letter by letter."""
    stray: float = 0.35
    """Share of a line's letters below which its matches may be chance,"""
    run_letters: int = 12
    """unless words in a row match with so many letters."""
    likeness: float = 60.0
    """Likeness (0 to 100) to what was recognised at its place below which a line was not said there. Of pairs
    of unlike English sentences, 99% are less alike, except where all are very short."""
    length: float = 0.5
    """Letters recognised there, for each of the line's: with fewer, its speech was not recognised."""
    certain: float = 0.6
    """Mean probability of the recognised words."""
    listed_words: int = 4
    """Words of a spoken line, and recognised ones in their place, from which both are listed if unlike."""


ANCHORS, MATCHING, PLACING, TRUST = Anchors(), Matching(), Placing(), Trust()
THRESHOLDS: tuple[Thresholds, ...] = (ANCHORS, MATCHING, PLACING, TRUST)
