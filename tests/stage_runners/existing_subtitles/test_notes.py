"""What the summary says about existing subtitles."""

from __future__ import annotations

from ipc.notes import FilmFacts
from stage_runners.existing_subtitles.notes import notes

RIGHT = {"name": "a.srt", "verdict": "right"}
LATE = {"name": "b.srt", "verdict": "moved"}
OTHER = {"name": "b.srt", "verdict": "foreign"}
PIPE = {"name": "c.srt", "verdict": "a folder"}


def said(*sources, corrections=()):
    facts = {"sources": list(sources), "corrected": len(corrections), "corrections": list(corrections)}
    return [note.text for note in notes(FilmFacts(facts={"existing_subtitles": facts}))]


def test_corrections_are_told_with_the_files_that_were_read():
    assert said(RIGHT, LATE, corrections=["fairy > ferry"]) == [
        "existing subtitles corrected 1 word: fairy > ferry; read: a.srt (fits); b.srt (fits at other times)"
    ]


def test_what_was_not_used_is_told_with_the_reason():
    assert said(RIGHT, OTHER, PIPE) == [
        "existing subtitles were read, and corrected no word: a.srt (fits)",
        "existing subtitles that were not used: b.srt (does not fit what is said); c.srt (a folder)",
    ]


def test_a_film_without_subtitles_has_no_note():
    assert list(notes(FilmFacts(facts={}))) == []
