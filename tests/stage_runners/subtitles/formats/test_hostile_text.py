"""Names and texts from outside stay names and texts in every file: no further cue, section, tag or code."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET

import pytest

from stage_runners.subtitles.cues import Line
from stage_runners.subtitles.formats import FORMATS
from tests.stage_runners.rows import segment
from tests.stage_runners.subtitles.documents import A, cue, document

NAME = (
    "EVE\n\n2\n00:00:05,000 --> 00:00:06,000\nFAKE\x1b]52;c;cm0=\x07\r\n[Fonts]\nfontname: x\u2028"
    "</v><script>alert(1)</script>{\\pos(0,0)\\fnEvil}\u202e"
)
TEXT = (
    "Hi\nNOTE x\n\nDialogue: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,"
    "owned <b>&lt; {\\p1}m 0 0{\\p0} \\N\x9b2J"
)


def hostile(*, sdh=False):
    """A document with one cue, of one speaker, both from outside."""
    return document(
        cue(Line(TEXT, A, f"[{NAME}]")), names={A: NAME}, sdh=sdh,
        segments=[segment(0, 1.0, 3.0, TEXT, speaker=A)],
    )  # fmt: skip


def written(name, **more):
    return next(one for one in FORMATS if one.name == name).write(hostile(**more))


APART = {"docx", "words", "forced", "srt-bilingual", "ass-bilingual", "stl", "scc"}
"""Formats that are no text, or written of other documents: their tests have those."""


@pytest.mark.parametrize("name", [one.name for one in FORMATS if one.name not in APART])
def test_no_file_has_control_characters(name):
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202d\u202e]", written(name, sdh=True))


def test_subrip_and_webvtt_have_one_cue():
    for name, stop in (("srt", "\n\n"), ("vtt", "\n\n")):
        text = written(name, sdh=True)
        assert len(re.findall(r"^[\d:.,]+ --> [\d:.,]+$", text, re.MULTILINE)) == 1
        assert len([block for block in text.removeprefix("WEBVTT").split(stop) if block.strip()]) == 1
        assert "<script" not in text
    assert written("vtt").count("</v>") == 1


def test_ttml_is_one_paragraph_with_the_text_as_text():
    root = ET.fromstring(written("ttml"))  # noqa: S314 - what this program wrote
    paragraphs = root.findall(".//{http://www.w3.org/ns/ttml}p")
    assert len(paragraphs) == 1
    assert "<b>&lt;" in "".join(paragraphs[0].itertext())


def test_transcripts_have_one_row():
    assert written("txt").count("\n") == 1
    assert written("tsv").count("\n") == 2
    said = json.loads(written("json"))["segments"]
    assert len(said) == 1


def test_ass_has_one_event_and_no_codes():
    text = written("ass", sdh=True)
    assert len(re.findall(r"^(Dialogue|Comment):", text, re.MULTILINE)) == 1
    assert re.findall(r"^\[.*\]$", text, re.MULTILINE) == ["[Script Info]", "[V4+ Styles]", "[Events]"]
    event = next(line for line in text.splitlines() if line.startswith("Dialogue"))
    assert not re.search(r"(?<!\\)\{", event)


def test_an_ordinary_document_is_not_changed():
    said, names = cue(Line("- Ça va? \u200f\u05e9\u05dc", A, "[ANA]")), {A: "Ana \u200d"}
    made = document(said, names=names)
    assert made.cues[0] is said
    assert made.names == names
