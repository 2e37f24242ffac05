"""Notes on a known text: how much of it was found, what is not spoken, and what is not in it."""

from __future__ import annotations

from collections.abc import Iterator

from ipc.notes import FilmFacts, Note
from ipc.wording import plural

_WHERE = "the JSON file and the report list it"
_UNSPOKEN = 0.3
"""Share of the text's words without speech from which the user should check whether it is this film's."""


def notes(film: FilmFacts) -> Iterator[Note]:
    """What became of the text, if the user gave one."""
    facts = film.of("known_text")
    if not facts:
        return
    words, unspoken, extra = int(facts["words"]), facts["unspoken"], facts["extra"]
    moved = f", {plural(int(facts['moved']), 'passage')} in another order" if facts["moved"] else ""
    yield Note(
        f"your text ({facts['form']}): {plural(words, 'word')}, {facts['found']:.0%} of them recognised"
        f"{moved}"
    )
    if unspoken["words"]:
        lines = plural(int(unspoken["lines"]), "line")
        share = unspoken["words"] / max(1, words)
        yield Note(
            f"not spoken, so left out: {plural(int(unspoken['words']), 'word')} of your text, in {lines}; "
            f"{_WHERE}",
            look=share >= _UNSPOKEN,
        )
    if facts["perhaps_unspoken"]:
        count = plural(int(facts["perhaps_unspoken"]), "word")
        yield Note(f"perhaps not spoken, but kept: {count} of your text, in cues that are flagged")
    if extra["words"]:
        kept = plural(int(extra["kept"]), "passage")
        yield Note(
            f"not in your text: {plural(int(extra['words']), 'recognised word')} ({extra['seconds']:.0f} s); "
            f"{kept} kept, flagged for review; {_WHERE}",
            look=bool(extra["kept"]),
            command="review" if extra["kept"] else "",
        )
