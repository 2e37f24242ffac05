"""What one source has about a film, in the same form for all sources."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

FIELDS = ("title", "original_title", "language", "year", "plot", "series")
"""Facts about the film itself; an empty string, or 0, if a source does not have one."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A name: `kind` is character, place or other; `actor` is empty if unknown."""

    name: str
    kind: str = "character"
    actor: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Known:
    """What `source` has. `ids` are the film's ids by database: `tmdb` (movie/603, tv/1399), `imdb`, `tvdb`;
    `season` and `episode` are None if it is not an episode. `language` is ISO 639-1. For an episode `title`
    is the episode's, and `series` its show's, which began in `series_year`.
    """

    source: str
    title: str = ""
    original_title: str = ""
    language: str = ""
    year: int = 0
    plot: str = ""
    series: str = ""
    season: int | None = None
    episode: int | None = None
    series_year: int = 0
    rows: tuple[Row, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)

    def says(self) -> list[str]:
        """The facts that it has, by name."""
        return [name for name in FIELDS if getattr(self, name)]


def folded(text: str) -> str:
    """`text` for comparison: lower case, no accents, no punctuation, single spaces. Indic vowel signs
    stay.
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in plain if not "\u0300" <= c <= "\u036f")
    letters = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in kept.replace("'", ""))
    return " ".join(unicodedata.normalize("NFC", letters).split())


def clean(text: str) -> str:
    """`text` on one line, without invisible characters and without spaces around it."""
    shown = "".join(
        c
        for c in text
        if c.isspace() or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"} or c in "\u200c\u200d"
    )
    return re.sub(r"\s+", " ", shown).strip()
