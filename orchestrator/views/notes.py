"""The notes of all stages on a film, for the summary and the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ipc.notes import FilmFacts, Note
from orchestrator.util.command_line import typed
from stage_runners.alignment import notes as alignment
from stage_runners.asr import notes as asr
from stage_runners.burn import notes as burn
from stage_runners.chapters import notes as chapters
from stage_runners.existing_subtitles import notes as existing_subtitles
from stage_runners.known_text import notes as known_text
from stage_runners.media import notes as media
from stage_runners.mux import notes as mux
from stage_runners.names import notes as names
from stage_runners.naming import notes as naming
from stage_runners.proofreading import notes as proofreading
from stage_runners.subtitles import notes as subtitles
from stage_runners.tmdb import notes as tmdb
from stage_runners.translation import notes as translation

NOTES = (
    media, asr, existing_subtitles, known_text, alignment, subtitles, tmdb, names, naming, translation,
    proofreading, chapters, mux, burn,
)  # fmt: skip
"""The modules with notes, in the order in which they are shown."""
_MORE = {
    "names": "details, and how to undo it",
    "edits": "all your changes",
    "terms": "the model's terms, as a glossary to edit",
    "review": "to check and edit",
}


def notes(film: Mapping[str, Any]) -> Iterator[Note]:
    """The notes on a film of `run.json`; last, once each, the commands that show more."""
    facts = facts_of(film)
    commands: dict[str, None] = {}
    for room in NOTES:
        for note in room.notes(facts):
            yield note
            commands |= {note.command: None} if note.command else {}
    for command in commands:
        yield Note(f"{_MORE[command]}: orchestrator {command} {typed(film['path'])}")


def spoken_language(film: Mapping[str, Any]) -> str:
    """The language of a film of `run.json`, and how it is known."""
    return asr.spoken_language(facts_of(film), str(film.get("language") or ""))


def facts_of(film: Mapping[str, Any]) -> FilmFacts:
    """The facts and models of the stages of a film of `run.json`."""
    return FilmFacts(
        facts={stage["stage"]: stage.get("facts") or {} for stage in film["stages"]},
        models={stage["stage"]: str(stage.get("model") or "") for stage in film["stages"]},
        review=film.get("review") or {},
        files={str(one.get("name")) for one in film.get("outputs") or ()},
    )
