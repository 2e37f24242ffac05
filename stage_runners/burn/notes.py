"""Notes on the subtitles that were burned into the picture."""

from __future__ import annotations

from collections.abc import Iterator

from ipc.notes import FilmFacts, Note


def notes(film: FilmFacts) -> Iterator[Note]:
    """The language, the fonts that were used, and sound that was written anew."""
    burn = film.of("burn")
    if name := film.review.get("outdated"):
        yield Note(f"{name} still shows earlier subtitles; to make it again, add --burn-in", look=True)
    if written := burn.get("written_without_loss"):
        yield Note(f"the film with burned-in subtitles has {'; '.join(written)}, without loss")
    if burn.get("burned_language") and burn.get("fonts"):
        yield Note(f"burned in: subtitles in {burn['burned_language']} (font: {', '.join(burn['fonts'])})")
