"""Notes on which film or series TMDB was asked about."""

from __future__ import annotations

from collections.abc import Iterator

from ipc.notes import FilmFacts, Note
from ipc.wording import plural


def notes(film: FilmFacts) -> Iterator[Note]:
    """The title that was chosen and why, and titles that are as likely."""
    tmdb = film.of("tmdb")
    if tmdb.get("title") and tmdb.get("characters"):
        why = (tmdb.get("chosen") or {}).get("why")
        because = f" ({why})" if why else ""
        terms = plural(int(film.of("pre_ner").get("terms") or 0), "name")
        yield Note(f"identified on TMDB as {tmdb['title']}{because}, which gives {terms}")
    for reason in tmdb.get("not_chosen") or ():
        yield Note(str(reason), look=True)
