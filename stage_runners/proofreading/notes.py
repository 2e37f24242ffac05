"""Notes on proposals: how many there are, and how many a model made that were none."""

from __future__ import annotations

from collections.abc import Iterator

from ipc.notes import FilmFacts, Note
from ipc.wording import plural


def notes(film: FilmFacts) -> Iterator[Note]:
    """A sentence for the transcript and for each translation."""
    for stage, what in (("proofreading", "the transcript"), ("translation_review", "")):
        for facts in film.each(stage):
            count = int(facts.get("proposals") or 0)
            dropped = sum(int(one) for one in (facts.get("dropped") or {}).values())
            more = f"; {plural(dropped, 'unusable one')} dropped" if dropped else ""
            about = what or f"the translation to {facts.get('target')}"
            text = f"the model proposes {plural(count, 'change')} of {about}{more}; none is applied"
            yield Note(text, look=bool(count), command="review" if count else "")
