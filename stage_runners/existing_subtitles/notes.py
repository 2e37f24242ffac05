"""Notes on existing subtitles: which of them were used, and what they changed."""

from __future__ import annotations

from collections.abc import Iterator

from ipc.notes import FilmFacts, Note
from ipc.wording import first_of, plural

_FITS = {"right": "fits", "moved": "fits at other times"}
_UNUSED = {
    "unsure": "not certain that it fits what is said",
    "foreign": "does not fit what is said",
    "few": "too few lines to compare",
    "silent": "too little speech to compare it with",
    "many": "enough others were compared",
}


def notes(film: FilmFacts) -> Iterator[Note]:
    """The subtitles that were used, those that were not, with the reason, and the corrections."""
    facts = film.of("existing_subtitles")
    sources = facts.get("sources") or []
    if used := [one for one in sources if one["verdict"] in _FITS]:
        told = "; ".join(f"{one['name']} ({_FITS[one['verdict']]})" for one in used)
        if facts["corrected"]:
            words = f"{plural(int(facts['corrected']), 'word')}: {first_of(facts['corrections'])}"
            yield Note(f"existing subtitles corrected {words}; read: {told}", command="names")
        else:
            yield Note(f"existing subtitles were read, and corrected no word: {told}")
    if unused := [one for one in sources if one["verdict"] not in _FITS]:
        told = "; ".join(f"{one['name']} ({_UNUSED.get(one['verdict'], one['verdict'])})" for one in unused)
        yield Note(f"existing subtitles that were not used: {told}")
