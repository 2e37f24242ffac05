"""Numbers of `text` that change results. A stage that uses them lists them in its declaration, so that they
are in its key.
"""

from __future__ import annotations

from ipc.thresholds import Thresholds


class Loops(Thresholds):
    """When a phrase comes too often in a row: pairs of the phrase's least length, and how often that is too
    often.
    """

    words: tuple[tuple[int, int], ...] = ((1, 5), (2, 4), (4, 3))
    """Length in words: five times `no`, three times a phrase of four words."""
    characters: tuple[tuple[int, int], ...] = ((1, 9), (2, 5), (6, 3))
    """Length in characters, in scripts without spaces."""
    longest: int = 24
    """The longest phrase, in the same measures."""


class Scripts(Thresholds):
    """When a text is in the script of a language."""

    written: float = 0.5
    """Share of its letters from which on it is."""


LOOPS = Loops()
SCRIPTS = Scripts()
