"""Notes on names that were corrected in the text."""

from __future__ import annotations

from collections.abc import Iterator

from ipc.notes import FilmFacts, Note
from ipc.wording import first_of


def notes(film: FilmFacts) -> Iterator[Note]:
    """The corrections, as from > to."""
    if corrections := film.of("post_ner").get("corrections"):
        yield Note(f"names corrected: {first_of(corrections)}", command="names")
