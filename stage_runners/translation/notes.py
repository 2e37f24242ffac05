"""Notes on translations: nothing to translate, lines that look wrong, a model that translates roughly."""

from __future__ import annotations

from collections.abc import Iterator

from ipc.notes import FilmFacts, Note
from ipc.wording import clock, plural


def notes(film: FilmFacts) -> Iterator[Note]:
    """What to check in each translation."""
    for facts in film.each("briefing"):
        terms = int(facts.get("terms") or 0) + int(facts.get("addresses") or 0)
        if terms:
            yield Note(f"the model wrote {plural(terms, 'term')} for {facts.get('target')}", command="terms")
    for facts in film.each("translation"):
        target = str(facts.get("target") or "")
        if facts.get("same_language"):
            yield Note(f"the film is in {target}, so there was nothing to translate")
            continue
        if source := facts.get("existing_subtitles"):
            yield Note(f"the translation to {target} was made with {source} beside each line")
        marked = facts.get("lines_marked") or {}
        if count := marked.get("count"):
            first = marked["first"][0]
            where = f"the first at {clock(first['time'])} ({first['fault']})"
            lines = plural(int(facts["lines"]), "line")
            yield Note(f"{count} of {lines} in {target} look wrong, {where}", look=True)
        if facts.get("edits_unheard"):
            yield Note(
                f"the translation to {target} is made from the sound, so the words that you corrected do not "
                "change it; with another --translation-model they do"
            )
        if facts.get("rough"):
            yield Note(
                f"{facts['rough']}; a larger model translates better (--translation-model large-v3, or "
                "nllb-200-distilled-600M after a larger --model)",
                look=True,
            )
