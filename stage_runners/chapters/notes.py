"""Notes on the chapters: how many there are, or why there are none."""

from __future__ import annotations

from collections.abc import Iterator

from ipc.notes import FilmFacts, Note
from ipc.wording import plural


def notes(film: FilmFacts) -> Iterator[Note]:
    """How many chapters were found, and whose the new film has."""
    facts = film.of("chapters")
    if not facts:
        return
    count, own = int(facts.get("chapters") or 0), int(facts.get("own") or 0)
    if not count:
        yield Note("no clear change of subject and no long pause was found, so no chapters were made")
        return
    yield Note(f"{plural(count, 'chapter')}, by {_reasons(facts.get('reasons') or {})}")
    if own and film.of("mux") and not film.of("mux").get("chapters"):
        yield Note(
            f"the new film keeps its own {plural(own, 'chapter')}; --replace-chapters puts these in their "
            "place"
        )


def _reasons(counted: dict[str, int]) -> str:
    words = {"topic": "what is said", "pause": "long pauses"}
    return " and ".join(words[name] for name in words if counted.get(name))
