"""SubRip files are what players read, and say what the cues say."""

from __future__ import annotations

import pytest

from stage_runners.subtitles.cues import Line
from stage_runners.subtitles.formats import srt
from tests.stage_runners.subtitles.documents import ONE, TWO, cue, document


def text_of(text):
    """The file with one cue that says `text`."""
    return srt.write(document(cue(Line(text, None))))


def test_a_cue_has_a_number_its_times_and_its_lines_with_labels():
    assert srt.write(document(ONE, TWO)) == (
        "1\n00:00:01,000 --> 00:00:03,000\n[SPEAKER 1] Hello,\nis it you?\n\n"
        "2\n01:02:03,040 --> 01:02:05,000\n- [SPEAKER 2] Yes.\n- Oh.\n\n"
    )


@pytest.mark.parametrize("odd", ["C:\\new {x} <i>", "שלום עולם", "नमस्ते"])
def test_unusual_text_is_preserved(odd):
    assert f"\n{odd}\n" in text_of(odd).replace("\u2060", "")


def test_text_cannot_become_markup():
    text = text_of(r"a < b {\an8} {c} \N \d")
    assert text.splitlines()[2] == "a <\u2060 b {\u2060\\an8} {c} \\\u2060N \\d"


def test_text_that_looks_like_cue_times_starts_no_new_cue():
    pasted = cue(Line("2", None), Line("00:00:01,000 --> 00:00:02,000", None))
    assert srt.write(document(pasted)).count("-->") == 1


def test_without_cues_the_file_is_empty():
    assert srt.write(document()) == ""
