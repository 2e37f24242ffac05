"""Numbers that change which film it is, and its cast. They are part of the store's key. All are
judgements.
"""

from __future__ import annotations

from ipc.thresholds import Thresholds


class Search(Thresholds):
    """When a film that TMDB offers is the film. Likeness is from 0 to 1."""

    likely: float = 0.85
    """Least likeness of title, year and length."""
    close: float = 0.05
    """Difference of likeness up to which two films are equally likely."""
    far: float = 2.0
    """How many times as popular as the others one of these must be."""
    wrong_year: float = 0.3
    """Loss of likeness for another year,"""
    next_year: float = 0.03
    """for the year before or after (festivals, other countries),"""
    wrong_length: float = 0.1
    """and for another length."""
    minutes: float = 5.0
    """Minutes that a length may differ by, or"""
    share: float = 0.08
    """this share of it: television runs 4 % faster than film in half of the world, and credits are cut."""
    pages: int = 3
    """Pages of results for a title."""
    details: int = 5
    """Results whose details are requested."""


class Cast(Thresholds):
    """The size of a cast."""

    rows: int = 300
    """Names at most: a series has more, and the last are never spoken."""
    aliases: int = 12
    """Other names of one of them."""
    role: int = 300
    """Characters of a role that are read."""


SEARCH = Search()
CAST = Cast()
THRESHOLDS = (SEARCH, CAST)
