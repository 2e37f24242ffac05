"""Notes on the subtitles that were burned into the picture."""

from __future__ import annotations

from collections.abc import Iterator

from ipc.notes import FilmFacts, Note


def notes(film: FilmFacts) -> Iterator[Note]:
    """The language, and the fonts that were used."""
    burn = film.of("burn")
    if burn.get("burned_language") and burn.get("fonts"):
        yield Note(f"burned in: subtitles in {burn['burned_language']} (font: {', '.join(burn['fonts'])})")
