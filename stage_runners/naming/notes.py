"""Notes on which voice got which name."""

from __future__ import annotations

from collections.abc import Iterator

from ipc.notes import FilmFacts, Note
from ipc.wording import first_of


def notes(film: FilmFacts) -> Iterator[Note]:
    """The names of the speakers; a name that the user gave replaces the one that was recognised."""
    named = film.of("naming").get("named") or {}
    given = (film.of("subtitles").get("edits") or {}).get("named") or {}
    if named:
        pairs = [f"{speaker} is {given.get(speaker, name)}" for speaker, name in named.items()]
        yield Note(f"speakers named: {first_of(pairs)}", command="names")
    text = film.of("naming").get("names_of_text") or {}
    if lines := text.get("lines"):
        voiceless = f"; no voice has the name {first_of(text['voiceless'])}" if text.get("voiceless") else ""
        told = "line of your text has" if lines == 1 else "lines of your text have"
        yield Note(
            f"{lines} {told} another voice than the name says{voiceless}",
            look=True,
        )
