"""The notes at the end of a run with a known text."""

from __future__ import annotations

import pytest

from ipc.notes import FilmFacts
from stage_runners.known_text.notes import notes

FACTS = {
    "form": "plain text", "words": 50, "found": 0.8, "moved": 0, "unspoken": {"words": 9, "lines": 1},
    "perhaps_unspoken": 0, "extra": {"words": 1, "kept": 0, "seconds": 0.3},
}  # fmt: skip


def texts(files=(), **facts):
    return [note.text for note in notes(FilmFacts(facts={"known_text": {**FACTS, **facts}}, files=files))]


@pytest.mark.parametrize(
    ("files", "where"),
    [
        (("srt",), ""),
        (("srt", "json"), "; the JSON file lists it"),
        (("report",), "; the report lists it"),
        (("json", "report"), "; the JSON file and the report list it"),
    ],
)
def test_only_files_that_were_written_are_named(files, where):
    assert texts(files)[1:] == [
        f"not spoken, so left out: 9 words of your text, in 1 line{where}",
        f"not in your text: 1 recognised word (less than 1 s){where}",
    ]


def test_speech_that_was_kept_is_counted():
    assert texts(extra={"words": 12, "kept": 2, "seconds": 4.4})[2] == (
        "not in your text: 12 recognised words (4 s); 2 passages kept, flagged for review"
    )


def test_lines_outside_a_clip_are_not_called_unspoken():
    outside = {"words": 7, "lines": 2}
    said = texts(unspoken={"words": 9, "lines": 3}, outside_clip=outside)
    assert said[1:3] == [
        "outside the clip: 2 lines of your text",
        "not spoken, so left out: 2 words of your text, in 1 line",
    ]
    assert not any("not spoken" in one for one in texts(unspoken=outside, outside_clip=outside))
