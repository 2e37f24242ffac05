"""Lines in Arabic and Hebrew are laid out from right to left, whatever they begin with."""

from __future__ import annotations

import unicodedata

import pytest

from stage_runners.subtitles.cues import Line
from stage_runners.subtitles.formats import ass, srt, ttml, txt, vtt
from stage_runners.text.direction import MARK, marked, of_line, right_to_left
from tests.stage_runners.rows import segment
from tests.stage_runners.subtitles.documents import NAMES, A, B, cue, document

HELLO, WHO = "مرحبا يا صديقي؟", "שלום, מי שם?"


def first_strong(line):
    return next((one for one in map(unicodedata.bidirectional, line) if one in {"L", "R", "AL"}), "")


@pytest.mark.parametrize("begin", ["[SPEAKER 1] ", "- [ANN] ", "NASA ", "24 x ", "- ", "iPhone 5, "])
@pytest.mark.parametrize(("language", "text"), [("ar", HELLO), ("he", WHO), ("fa", HELLO), ("ur", HELLO)])
def test_the_first_strong_letter_of_a_line_is_of_its_direction(begin, language, text):
    lines = Line(text, B, begin.strip()), Line(begin + text, B)
    one = document(cue(*lines), language=language, names=NAMES, segments=[segment(0, text=text, speaker=B)])
    shown = [*srt.write(one).splitlines()[2:4], txt.write(one)]
    assert all(first_strong(line) in {"R", "AL"} for line in shown if line)
    voiced = vtt.write(document(cue(*lines), language=language)).split("\n")
    assert all(first_strong(line) in {"R", "AL"} for line in voiced[3:5])


def test_a_line_that_begins_with_a_letter_of_its_direction_has_no_mark():
    assert MARK not in srt.write(document(cue(Line(HELLO, B)), language="ar"))
    assert marked(HELLO, HELLO, film=True) == HELLO


@pytest.mark.parametrize("text", ["He said مرحبا to me.", "Hello there."])
def test_a_film_from_left_to_right_keeps_its_direction(text):
    shown = srt.write(document(cue(Line(text, B, "[ANN]")), language="en"))
    assert MARK not in shown
    assert "\u202b" not in ass.write(document(cue(Line(text, B)), language="en"))


def test_a_line_of_arabic_in_an_english_film_is_marked():
    cues = cue(Line("Hello, who is there, and why?", A, "[BOB]")), cue(Line(HELLO, B, "[ANN]"))
    shown = srt.write(document(*cues, language="en")).split("\n")
    assert shown[2][0] == "["
    assert shown[6] == f"{MARK}[ANN] {HELLO}"


def test_hindi_that_whisper_wrote_in_arabic_letters_is_from_right_to_left():
    assert document(cue(Line(HELLO, B)), language="hi").right_to_left
    assert 'tts:direction="rtl"' in ttml.write(document(cue(Line(HELLO, B)), language="hi"))


def test_ass_embeds_lines_because_its_renderers_begin_at_the_left():
    made = ass.write(document(cue(Line(HELLO, B, dash="- "), Line("OK.", A, dash="- ")), language="ar"))
    assert f"\u202b- {HELLO}\u202c" in made
    assert "- OK." in made
    assert "\u202b- OK." not in made


def test_a_latin_word_after_a_latin_label_is_apart_from_it():
    line = marked("[ANN] NASA قال", "NASA قال", film=True)
    assert line == f"{MARK}[ANN] {MARK}NASA قال"
    assert marked("[ANN] قال", "قال", film=True) == f"{MARK}[ANN] قال"


def test_languages_have_a_direction_and_a_line_that_of_its_letters():
    assert all(map(right_to_left, ("ar", "he", "fa", "ur", "yi", "ps", "sd")))
    assert not any(map(right_to_left, ("en", "ja", "hi", "und")))
    assert of_line("NASA قال", film=True)
    assert not of_line("NASA قال", film=False)
    assert not of_line("123 OK", film=True)
