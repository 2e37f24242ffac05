"""Notes on where the times of words come from, unless every language has its packaged aligner."""

from __future__ import annotations

from collections.abc import Iterator

from ipc.notes import FilmFacts, Note
from stage_runners.text.iso639 import language

NONE_HERE = "no aligner of it is on this disk"
"""Why words keep the recogniser's times although there is a model to download."""


def notes(film: FilmFacts) -> Iterator[Note]:
    """The model of each language, with a licence that forbids commercial use; and languages without one."""
    for code, fact in (film.of("alignment").get("aligners") or {}).items():
        name, model, licence = language(code).name, fact.get("model"), str(fact.get("licence") or "")
        if model:
            terms = f", {licence}: not for commercial use" if "-NC-" in licence else ""
            yield Note(f"{name} words are timed by {fact['aligner']} ({model}{terms})")
        elif because := fact.get("because"):
            more = f"; get one: orchestrator models pull aligner:{code}" if because == NONE_HERE else ""
            yield Note(f"{name} words keep the recogniser's times: {because}{more}")
