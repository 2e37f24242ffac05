"""Two languages in a cue, and only what is foreign: read by pysubs2."""

from __future__ import annotations

import dataclasses
import re

import pysubs2
import pytest

from stage_runners.subtitles.cues import Cue, Line
from stage_runners.subtitles.foreign import foreign_cues, language_of_cues
from stage_runners.subtitles.formats import ass, ass_bilingual, forced, srt, srt_bilingual
from stage_runners.subtitles.output_format import Source, UnwritableError
from tests.stage_runners.rows import said, segment
from tests.stage_runners.subtitles.documents import EMPTY, NAMES, A, B, document, laid_out, long_film

TEXTS = (
    ("Good morning, everybody, and welcome to this long evening of the old society.", A,
     "Guten Morgen zusammen, und willkommen zu diesem langen Abend der alten Gesellschaft."),
    ("Is that so?", B, "Ist das so?"),
    ("It <b>is</b> {so}, I fear.", A, "Das <i>ist</i> {es}, fürchte ich."),
)  # fmt: skip


def both(texts=TEXTS, language="de"):
    """The source, and its translation with the files of the source; both last as long."""
    files, clock = ([], []), 1.0
    words = ([], [])
    for k, (text, speaker, translated) in enumerate(texts):
        length = len(text.split()) * 0.35
        for side, shown, code in ((0, text, "en"), (1, translated, language)):
            each = length / max(1, len(shown.split())) - 0.05
            words[side].extend(said(shown, clock, each, speaker=speaker, segment=k))
            row = segment(k, clock, clock + length, shown, speaker=speaker, language=code)
            files[side].append(row)
        clock += length + 0.4
    source = laid_out(files[0], words[0], NAMES)
    made = laid_out(
        files[1], words[1], NAMES, language=language, spoken=files[0],
        source=Source(srt.write(source), ass.write(source)),
    )  # fmt: skip
    return source, made


def plain(text):
    return re.sub("[\u2060\u202a-\u202e\u200f]", "", text)


def letters(text):
    return "".join(filter(str.isalnum, text))


def test_the_cues_of_the_source_hold_the_whole_translation_below_their_text():
    source, made = both()
    events = pysubs2.SSAFile.from_string(srt_bilingual.write(made)).events
    alone = pysubs2.SSAFile.from_string(made.source.srt).events
    assert [(e.start, e.end) for e in events] == [(c.start, c.end) for c in source.cues]
    assert all(e.text.startswith(one.text) for e, one in zip(events, alone, strict=True))
    below = [e.text.removeprefix(one.text) for e, one in zip(events, alone, strict=True)]
    assert letters("".join(below).replace("\\N", " ")) == letters(" ".join(t for *_, t in TEXTS))


def test_ass_has_the_source_in_small_letters_and_the_translation_in_the_speakers_colour():
    source, made = both()
    subs = pysubs2.SSAFile.from_string(ass_bilingual.write(made))
    assert len(subs.events) == len(source.cues)
    first = subs.events[0]
    assert subs.styles[first.style].fontsize < subs.styles[f"{first.style} (translation)"].fontsize
    assert subs.styles[first.style].primarycolor == subs.styles[f"{first.style} (translation)"].primarycolor
    shown = re.sub(r"(?<!\\)\{[^}]*\}|\\N", "", plain(" ".join(event.text for event in subs.events)))
    wanted = " ".join(text for one, _, two in TEXTS for text in (one, two))
    assert sorted(letters(shown)) == sorted(letters(wanted))
    assert re.search(r"\\\{so\\\}.*\\N.*\\\{es\\\}", plain(subs.events[-1].text))


def test_a_cut_between_two_cues_moves_to_the_end_of_a_clause():
    """By its time alone, the first cue would end with `Jahren`."""
    text = "When I was young, many years ago in another land, nobody had a telephone at home."
    translated = "Als ich jung war, vor vielen Jahren in einem anderen Land, hatte niemand ein Telefon."
    source, made = both([(text, A, translated)])
    spans = [(1000, 2300), (2300, 9000)]
    cues = [Cue(a, b, (Line("x", A),), (0,), ()) for a, b in spans]
    files = Source(srt.write(document(*cues)), ass.write(document(*cues)))
    written = srt_bilingual.write(dataclasses.replace(made, source=files))
    first, second = (event.text for event in pysubs2.SSAFile.from_string(written).events)
    assert first == r"x\NAls ich jung war,"
    assert second.startswith(r"x\Nvor vielen")
    del source


def test_speakers_in_one_cue_keep_their_dashes():
    _, made = both([("Yes.", A, "Ja."), ("No.", B, "Nein.")])
    files = Source(srt.write(document(Cue(1000, 5000, (Line("Yes. No.", A),), (0,), ()))), "")
    made = dataclasses.replace(made, source=files)
    assert srt_bilingual.write(made).endswith("Yes. No.\n- Ja.\n- Nein.\n\n")


def test_a_cue_that_says_the_same_in_both_languages_says_it_once():
    _, made = both([("Okay.", A, "Okay.")])
    (event,) = pysubs2.SSAFile.from_string(srt_bilingual.write(made)).events
    assert event.text == "[SPEAKER 2] Okay."


def test_lines_from_right_to_left_have_marks_below_lines_from_left_to_right():
    _, made = both([("Hello there.", A, "DVD שלום לכם.")], language="he")
    assert srt_bilingual.write(made).endswith("Hello there.\n\u200fDVD שלום לכם.\n\n")
    assert "\u202bDVD שלום לכם.\u202c" in ass_bilingual.write(made)


@pytest.mark.parametrize("form", [srt_bilingual, ass_bilingual])
def test_without_a_translation_there_is_a_reason(form):
    with pytest.raises(UnwritableError, match="--target-language"):
        form.write(both()[0])


def test_three_hours_in_two_languages_are_whole():
    film = long_film()
    made = dataclasses.replace(film, source=Source(srt.write(film), ass.write(film)))
    assert len(pysubs2.SSAFile.from_string(srt_bilingual.write(made)).events) == len(film.cues)


MIXED = (
    ("We are here.", A, "We are here.", "en"),
    ("Wer sind Sie?", B, "Who are you?", "de"),
    ("Friends of yours, of course, and of all the others.", A, "Friends of yours.", "en"),
)


def mixed(*, translated):
    """A film in English with one sentence in German; or its translation into English."""
    spoken, rows, words = [], [], []
    for k, (text, speaker, english, code) in enumerate(MIXED):
        start, shown = 3.0 * k, english if translated else text
        spoken.append(segment(k + 10, start, start + 2, text, speaker=speaker, language=code))
        number = k if translated else k + 10
        rows.append(segment(number, start, start + 2, shown, speaker=speaker,
                            language="en" if translated else code))  # fmt: skip
        words += said(shown, start, 0.2, speaker=speaker, segment=number)
    return laid_out(rows, words, NAMES, spoken=spoken)


def test_only_what_is_said_in_another_language_is_forced_in_the_target_language():
    made = mixed(translated=True)
    (event,) = pysubs2.SSAFile.from_string(forced.write(made)).events
    assert event.plaintext == "[SPEAKER 1] Who are you?"
    assert language_of_cues(made) == "en"


def test_without_a_translation_it_is_as_spoken_and_its_language_is_known():
    made = mixed(translated=False)
    (event,) = pysubs2.SSAFile.from_string(forced.write(made)).events
    assert event.plaintext == "[SPEAKER 1] Wer sind Sie?"
    assert language_of_cues(made) == "de"


def test_two_foreign_languages_have_the_code_for_several():
    made = mixed(translated=False)
    rows = [dict(one) for one in made.segments]
    rows[0]["language"] = "fr"
    rows[2]["end"] += 5
    both_foreign = dataclasses.replace(made, segments=rows, spoken=rows)
    assert language_of_cues(both_foreign) == "mul"
    assert len(foreign_cues(both_foreign)) == 2


def test_at_the_same_time_the_language_of_the_speaker_counts():
    made = mixed(translated=True)
    beside = segment(20, 2.9, 5.2, "At the same time.", speaker=A)
    found = foreign_cues(dataclasses.replace(made, spoken=[*made.spoken, beside]))
    assert [cue.text() for cue in found] == ["Who are you?"]


@pytest.mark.parametrize(
    ("made", "why"), [(both()[0], "no speech"), (EMPTY, "no speech"), (both()[1], "than English")]
)
def test_a_film_in_one_language_has_no_forced_subtitles(made, why):
    with pytest.raises(UnwritableError, match=why):
        forced.write(made)
