"""EBU STL and SCC are read by ttconv, SCC also by ffmpeg: texts and times are those of the cues."""

# ruff: noqa: RUF001 - letters of many scripts look alike

from __future__ import annotations

import io
import itertools
import re

import pysubs2
import pytest
import ttconv.imsc.reader
import ttconv.scc.reader
import ttconv.srt.writer
import ttconv.stl.reader
from ttconv.scc.codes.extended_characters import SccExtendedCharacter
from ttconv.scc.codes.special_characters import SccSpecialCharacter
from ttconv.scc.codes.standard_characters import SCC_STANDARD_CHARACTERS_MAPPING
from ttconv.stl import iso6937 as reader

from stage_runners.subtitles import cea608, iso6937
from stage_runners.subtitles.cues import Cue, Line
from stage_runners.subtitles.formats import scc, stl
from stage_runners.subtitles.output_format import UnwritableError
from tests.stage_runners import films
from tests.stage_runners.subtitles.documents import EMPTY, NAMES, ONE, TWO, document, long_film


def read_stl(made):
    """The cues that ttconv reads from the file: times in milliseconds, and text."""
    model = ttconv.stl.reader.to_model(io.BytesIO(stl.write(made).content))
    events = pysubs2.SSAFile.from_string(ttconv.srt.writer.from_model(model), "srt").events
    return [(event.start, event.end, event.plaintext) for event in events]


def read_scc(made):
    """The same of SCC; ttconv shows a caption from the frame in which its last code was sent."""
    model = ttconv.scc.reader.to_model(scc.write(made).content.decode())
    events = pysubs2.SSAFile.from_string(ttconv.srt.writer.from_model(model), "srt").events
    return [(event.start, event.end, " ".join(event.text.replace("\\N", " ").split())) for event in events]


def cue(text, start=1000, end=3000):
    return Cue(start, end, tuple(Line(line, None) for line in text.split("\n")), (0,), ())


def near(found, start, end, frame):
    return abs(found[0] - start) <= frame and abs(found[1] - end) <= frame


def test_ttconv_reads_texts_labels_and_times_of_an_stl_file():
    found = read_stl(document(ONE, TWO, names=NAMES))
    assert [text for *_, text in found] == ["[SPEAKER 1] Hello,\nis it you?", "- [SPEAKER 2] Yes.\n- Oh."]
    assert all(near(one, c.start, c.end, 20) for one, c in zip(found, (ONE, TWO), strict=True))


@pytest.mark.parametrize(
    "text",
    ["Žluťoučký kůň úpěl ďábelské ódy.", "Grüße, ça và, señor — ¿no?", "Łódź, İstanbul'da ığdır", "Съешь ещё",
     "Καλημέρα κόσμε", "שלום עולם", "السلام عليكم", "a & b < c $5 ♪ la ♪", "Ősz űr, Ħal Ġgantija"],
)  # fmt: skip
def test_letters_of_every_table_come_back(text):
    simple = text.replace("—", "-")
    assert [found for *_, found in read_stl(document(cue(text)))] == [simple]


def test_every_latin_letter_that_is_written_is_read():
    letters = [chr(code) for code in range(0x20, 0x250)] + list("‘’“”™♪")
    ours = {char: iso6937.encoded(char, "00") for char in letters}
    same = [char for char, (_, lost) in ours.items() if not lost and iso6937._latin(char)]
    assert len(same) > 300
    read = {char: reader.decode(bytearray(ours[char][0]), "strict")[0] for char in same}
    assert {char for char in same if read[char] != char} == {"Đ"}  # one code with the capital eth


def test_a_long_subtitle_takes_several_blocks():
    text = "\n".join(f"{k} " + "0123456789 " * 9 for k in range(3))
    made = stl.write(document(cue(text))).content
    assert len(made) == 1024 + 3 * 128
    assert [made[1024 + k * 128 + 3] for k in range(3)] == [0, 1, 0xFF]
    assert " ".join(read_stl(document(cue(text)))[0][2].split()) == " ".join(text.split())


def test_the_file_of_three_hours_has_every_subtitle():
    film = long_film()
    made = stl.write(film).content
    assert made[238:248] == b"0216002160"
    assert len(made) == 1024 + 128 * len(film.cues)
    assert read_stl(document(*film.cues[-3:], names=NAMES))[-1][0] == film.cues[-1].start


def test_ttconv_reads_texts_and_times_of_an_scc_file():
    found = read_scc(document(ONE, TWO, names=NAMES))
    assert [text for *_, text in found] == ["[SPEAKER 1] Hello, is it you?", "- [SPEAKER 2] Yes. - Oh."]
    assert all(near(one, c.start, c.end, 70) for one, c in zip(found, (ONE, TWO), strict=True))


def test_letters_with_accents_and_notes_come_back():
    text = "Ça, où? ¡Él! ♪♪ Größe: 5\nÁÉÍÓÚ ñ Ñ ç “x” {y} ø Å"
    assert [found for *_, found in read_scc(document(cue(text)))] == [" ".join(text.split())]


def test_the_codes_of_letters_are_those_of_ttconv():
    theirs = {
        one.get_unicode_value(): one.get_ch1_value() for one in (*SccSpecialCharacter, *SccExtendedCharacter)
    }
    assert {c: code for c, code in theirs.items() if c in cea608._SPECIAL} == cea608._SPECIAL
    unlike = {c for c, code in cea608._EXTENDED.items() if theirs.get(c) != code}
    assert unlike == set("^¦—┌┐└┘")  # which ttconv reads as characters that look alike
    basic = {chr_: code for code, chr_ in SCC_STANDARD_CHARACTERS_MAPPING.items() if chr_ in cea608._BASIC}
    assert basic == cea608._BASIC


@pytest.mark.parametrize(
    ("number", "code"),
    [(0, "00:00:00;00"), (1799, "00:00:59;29"), (1800, "00:01:00;02"), (17982, "00:10:00;00"),
     (17981, "00:09:59;29"), (107892, "01:00:00;00"), (17982 + 1800, "00:11:00;02")],
)  # fmt: skip
def test_drop_frame_time_codes(number, code):
    assert cea608.time_code(number) == code


def test_captions_that_follow_each_other_appear_in_time_and_are_erased_between():
    cues = [cue(f"This is number {k} and it says a lot.", 1000 + 1500 * k, 2400 + 1500 * k) for k in range(6)]
    found = read_scc(document(*cues))
    assert all(near(one, c.start, c.end, 70) for one, c in zip(found, cues, strict=True))
    assert scc.write(document(*cues)).note == ""


def test_no_two_codes_are_sent_in_the_same_frame():
    film = long_film()
    lines = scc.write(film).content.decode().split("\n\n")[1:]
    numbers = {cea608.time_code(k): k for k in range(330_000)}
    spans = [(numbers[line.split("\t")[0]], len(line.split("\t")[1].split())) for line in lines]
    assert all(a + count <= b for (a, count), (b, _) in itertools.pairwise(spans))
    assert len([line for line in lines if "942f 942f" in line]) == len(film.cues)


def test_speech_too_fast_for_the_channel_is_late_and_said():
    cues = [cue("x" * 30 + "\n" + "y" * 30, 1000 + 400 * k, 1400 + 400 * k) for k in range(5)]
    assert "captions appear late" in scc.write(document(*cues)).note


@pytest.mark.env("media")
def test_ffmpeg_decodes_the_captions(tmp_path):
    cues = [cue("¿Dónde está, señor?\nAquí.", 2000, 4000), cue("Second & last", 5000, 6000)]
    (tmp_path / "x.scc").write_bytes(scc.write(document(*cues)).content)
    films.make("-i", tmp_path / "x.scc", tmp_path / "x.srt")
    events = pysubs2.load(str(tmp_path / "x.srt")).events
    assert [re.sub(r"\s+", " ", re.sub(r"\{[^}]*\}|\\h", " ", e.plaintext)).strip() for e in events] == [
        "¿Dónde está, señor? Aquí.", "Second & last",
    ]  # fmt: skip
    assert all(near((e.start, e.end), c.start, c.end, 17) for e, c in zip(events, cues, strict=True))


@pytest.mark.parametrize(
    ("form", "text"), [(stl, "नमस्ते दुनिया"), (stl, "今日は"), (scc, "Příliš žluťoučký kůň"), (scc, "Привет")]
)
def test_a_script_without_letters_is_refused_with_a_reason(form, text):
    with pytest.raises(UnwritableError, match=r"no (letters|characters) for this text"):
        form.write(document(cue(text)))


@pytest.mark.parametrize("form", [stl, scc])
def test_a_few_characters_are_replaced_and_counted(form):
    made = form.write(document(cue("It is a long sentence with one 🎉 in it, and " + "so on " * 5)))
    assert made.note.startswith("1 characters that")


@pytest.mark.parametrize("form", [stl, scc])
def test_without_cues_there_is_nothing_to_write(form):
    with pytest.raises(UnwritableError):
        form.write(EMPTY)
