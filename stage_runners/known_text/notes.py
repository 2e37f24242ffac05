"""Notes on a known text: how much of it was found, what is not spoken, and what is not in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ipc.notes import FilmFacts, Note
from ipc.wording import plural

_UNSPOKEN = 0.3
"""Share of the text's words without speech from which the user should check whether it is this film's."""


def notes(film: FilmFacts) -> Iterator[Note]:
    """What became of the text, if the user gave one."""
    facts = film.of("known_text")
    if not facts:
        return
    words, unspoken, extra = int(facts["words"]), facts["unspoken"], facts["extra"]
    where = _where(film.files)
    moved = f", {plural(int(facts['moved']), 'passage')} in another order" if facts["moved"] else ""
    yield Note(
        f"your text ({facts['form']}): {plural(words, 'word')}, {facts['found']:.0%} of them recognised"
        f"{moved}"
    )
    if cues := facts.get("cues"):
        yield Note(
            _cues(cues, int(film.of("subtitles").get("without_room", 0)), clip="outside_clip" in facts)
        )
    outside = facts.get("outside_clip") or {"words": 0, "lines": 0}
    if outside["lines"]:
        yield Note(f"outside the clip: {plural(int(outside['lines']), 'line')} of your text")
    lost = int(unspoken["words"]) - int(outside["words"])
    if lost:
        lines = plural(int(unspoken["lines"]) - int(outside["lines"]), "line")
        yield Note(
            f"not spoken, so left out: {plural(lost, 'word')} of your text, in {lines}{where}",
            look=lost / max(1, words) >= _UNSPOKEN,
        )
    if facts["perhaps_unspoken"]:
        count = plural(int(facts["perhaps_unspoken"]), "word")
        yield Note(f"perhaps not spoken, but kept: {count} of your text, in cues that are flagged")
    if extra["words"]:
        kept = f"; {plural(int(extra['kept']), 'passage')} kept, flagged for review" if extra["kept"] else ""
        long = f"{extra['seconds']:.0f} s" if extra["seconds"] >= 1 else "less than 1 s"
        yield Note(
            f"not in your text: {plural(int(extra['words']), 'recognised word')} ({long}){kept}{where}",
            look=bool(extra["kept"]),
            command="review" if extra["kept"] else "",
        )


def _cues(cues: Mapping[str, int], without_room: int, *, clip: bool) -> str:
    silent = int(cues["silent"]) - without_room
    shown = int(cues["kept"]) + silent
    of = "" if clip else f" of {cues['of']}"
    sounds = f", {silent} of them without speech" if silent else ""
    return f"kept as divided in your text: {shown}{of} cues{sounds}"


def _where(files: Collection[str]) -> str:
    """Which of the files that were written list it."""
    named = [words for name, words in (("json", "the JSON file"), ("report", "the report")) if name in files]
    return f"; {' and '.join(named)} {'list' if len(named) > 1 else 'lists'} it" if named else ""
