"""TTML files are read by ttconv, another program for timed text, and say what the cues say."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from fractions import Fraction

import pytest
import ttconv.imsc.reader
from ttconv import model, style_properties
from ttconv.isd import ISD

from stage_runners.subtitles.cues import Line
from stage_runners.subtitles.formats import ttml
from tests.stage_runners.subtitles.documents import NAMES, ONE, TWO, cue, document


def parsed(*cues, **more):
    """The file as XML."""
    return ET.fromstring(ttml.write(document(*cues, **more)))  # noqa: S314 - written by us


def read(*cues, **more):
    """The document that ttconv reads from the file."""
    return ttconv.imsc.reader.to_model(ET.ElementTree(parsed(*cues, **more)))


def shown_at(read_document, seconds):
    """The text on the screen at that time, as a player draws it: lines with line feeds."""
    picture = ISD.from_model(read_document, Fraction(seconds))
    return ["".join(_text(part) for part in region.dfs_iterator()) for region in picture.iter_regions()]


def _text(part):
    if isinstance(part, model.Text):
        return part.get_text()
    return "\n" if isinstance(part, model.Br) else ""


def test_a_reader_shows_each_cue_with_its_labels_in_its_time(caplog):
    found = read(ONE, TWO, names=NAMES)
    assert [shown_at(found, seconds) for seconds in ("0.999", "1", "2.999", "3")] == [
        [],
        ["[SPEAKER 1] Hello,\nis it you?"],
        ["[SPEAKER 1] Hello,\nis it you?"],
        [],
    ]
    assert shown_at(found, "3723.039") == []
    assert shown_at(found, "3723.04") == ["- [SPEAKER 2] Yes.\n- Oh."]
    assert found.get_lang() == "en"
    assert caplog.messages == []  # nothing that the reader does not know


def test_programs_can_read_the_speaker_of_each_line():
    tree = parsed(ONE, TWO, names={**NAMES, "SPEAKER_02": 'Ann "A" <O\'Neil>'})
    tt, ttm = "{http://www.w3.org/ns/ttml}", "{http://www.w3.org/ns/ttml#metadata}"
    names = {
        agent.get("{http://www.w3.org/XML/1998/namespace}id"): agent.findtext(f"{ttm}name")
        for agent in tree.iter(f"{ttm}agent")
    }
    assert list(names.values()) == ["Speaker 1", "Speaker 2", 'Ann "A" <O\'Neil>']
    spoken = [
        [names[span.get(f"{ttm}agent")] for span in paragraph.iter(f"{tt}span")]
        for paragraph in tree.iter(f"{tt}p")
    ]
    assert spoken == [["Speaker 1"], ["Speaker 2", "Speaker 1"]]


@pytest.mark.parametrize(
    "odd", ["a < b & c", 'he said: "don\'t" ]]>', "שלום עולם", "नमस्ते", "C:\\new {x} <i>"]
)
def test_unusual_text_is_preserved(odd):
    assert shown_at(read(cue(Line(odd, None))), 2) == [odd]


def test_characters_that_xml_cannot_hold_are_omitted():
    assert shown_at(read(cue(Line("a\x0cb\x00c\ufffe", None))), 2) == ["abc"]


def test_a_right_to_left_language_sets_the_text_direction():
    for language, text, direction in (
        ("he", "שלום.", style_properties.DirectionType.rtl),
        ("jw", "Sugeng.", style_properties.DirectionType.ltr),
    ):
        found = read(cue(Line(text, None)), language=language)
        assert found.get_body().get_style(style_properties.StyleProperties.Direction) == direction
    assert found.get_lang() == "jv"


def test_without_cues_the_file_is_valid_and_empty():
    assert shown_at(read(language="und"), 0) == []
