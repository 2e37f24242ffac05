"""The result of a call: the doubts and chapters in it, and how it looks in a notebook."""

from __future__ import annotations

from orchestrator.api.result import Chapter, Doubt, from_json
from orchestrator.report import data

EMPTY = {
    "film": "/films/a.mkv", "outcome": "done", "language": "en", "degraded": [], "files": [], "cues": [],
    "translations": {}, "words": [], "speakers": [], "doubts": [], "chapters": [], "notes": [],
}  # fmt: skip


class Tables:
    """Results with these tables of doubts, by stage."""

    def __init__(self, **tables):
        self.tables = tables

    def rows(self, stage, kind):
        assert kind == "doubts"
        return self.tables.get(stage)


def doubt(verdict, text):
    return {
        "start": 1.004, "end": 2.0, "segment": None, "verdict": verdict, "text": text, "score": 0.456,
        "reasons": ["said twice"],
    }  # fmt: skip


def test_doubts_are_those_of_the_report_and_of_a_known_text_if_there_is_one():
    heard, known = [doubt("dropped", "Thanks.")], [doubt("unspoken", "Exit Ann.")]
    assert [one["text"] for one in data.doubts(Tables(asr=heard))] == ["Thanks."]
    assert [one["text"] for one in data.doubts(Tables(asr=heard, known_text=known))] == ["Exit Ann."]
    assert data.doubts(Tables()) is None


def test_doubts_and_chapters_are_typed():
    one = {
        "start": 1.0, "end": 2.0, "verdict": "dropped", "text": "Thanks.", "reasons": ["said twice"],
        "score": 0.46,
    }  # fmt: skip
    chapter = {"start": 0.0, "end": 60.5, "title": "Dough, oven"}
    result = from_json({**EMPTY, "doubts": [one], "chapters": [chapter]}, [])
    assert result.doubts == (Doubt(**{**one, "reasons": ("said twice",)}),)
    assert result.chapters == (Chapter(**chapter),)


def test_a_notebook_shows_a_short_line():
    words = [
        {"text": "a", "start": None, "end": None, "speaker": None, "probability": None, "space": True,
         "overlap": False}
    ] * 10_000  # fmt: skip
    shown = repr(from_json({**EMPTY, "words": words}, []))
    expected = "Result('a.mkv', done, language='en': 0 cues, 10000 words, 0 speakers, 0 files)"
    assert shown == expected
