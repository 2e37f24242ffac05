"""The readers of known texts: what is speech in each form of file, who says it, which files are refused."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pysubs2
import pytest

from ipc.errors import StageError
from stage_runners.known_text import docx, text_file

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def read(tmp_path, name, content, language=""):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return text_file.read(path, language)


def said(known):
    return [(line.speaker, line.text) for line in known.lines]


def refused(tmp_path, name, content):
    with pytest.raises(StageError) as caught:
        read(tmp_path, name, content)
    assert caught.value.category == "input"
    assert name in caught.value.message
    return caught.value.message


def document(*paragraphs, head="", part="word/document.xml"):
    body = "".join(f"<w:p>{text}</w:p>" for text in paragraphs)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            part, f"<?xml version='1.0'?>{head}<w:document {W}><w:body>{body}</w:body></w:document>"
        )
    return whole.getvalue()


def run(text):
    return f"<w:r><w:t>{text}</w:t></w:r>"


def test_prose_is_read_line_by_line_without_directions(tmp_path):
    known = read(
        tmp_path,
        "a.txt",
        "\ufeffHello there.\n\n(He leaves.)\nWe (all of us) met at 10:30. (Applause) Yes.\n",
    )
    assert said(known) == [(None, "Hello there."), (None, "We (all of us) met at 10:30. Yes.")]
    assert known.form == "plain text"


@pytest.mark.parametrize(
    "text",
    [
        "DIANE: Hello?\nSheila is that you?\nSHEILA: Yes.\nDIANE: Good.\n",
        "[DIANE] Hello?\nSheila is that you?\n[SHEILA] Yes.\n[DIANE] Good.\n",
        "Diane:\tHello?\nSheila is that you?\nSheila: (softly) Yes.\nDiane: Good.\n",
    ],
)
def test_names_before_lines_are_speakers_until_the_next(tmp_path, text):
    found = [((name or "").casefold(), line) for name, line in said(read(tmp_path, "a.txt", text))]
    assert found == [
        ("diane", "Hello?"), ("diane", "Sheila is that you?"), ("sheila", "Yes."), ("diane", "Good."),
    ]  # fmt: skip


def test_a_colon_in_prose_makes_no_speaker(tmp_path):
    known = read(tmp_path, "a.txt", "Remember: we have time.\nThe rule is: no talking.\nIt was late.\nGo.\n")
    assert not known.speakers


def test_names_in_a_script_without_case_are_speakers_if_they_recur(tmp_path):
    known = read(tmp_path, "a.txt", "राम: नमस्ते\nसीता: आप कैसे हैं\nराम: ठीक\nसीता: अच्छा\n")
    assert known.speakers == ("राम", "सीता")


SCREENPLAY = """INT. KITCHEN - NIGHT

A kettle boils. DIANE enters.

DIANE
Is anyone here?
(beat)
Sheila?

SHEILA (O.S.)
Upstairs.

CUT TO:

EXT. GARDEN - DAY

DIANE
It rained.
"""


@pytest.mark.parametrize("name", ["a.txt", "a.fountain"])
def test_a_screenplays_headings_action_and_directions_are_no_speech(tmp_path, name):
    assert said(read(tmp_path, name, SCREENPLAY)) == [
        ("DIANE", "Is anyone here?"), ("DIANE", "Sheila?"), ("SHEILA", "Upstairs."), ("DIANE", "It rained."),
    ]  # fmt: skip


def test_fountains_marks_are_read(tmp_path):
    text = (
        "Title: Rain\nAuthor: Me\n\n/* cut\n\nBOB\nNot this. */\n\n"
        "@McAvoy\n*No* [[later]] **way**.\n~La la\n\n"
        "BRICK ^\nSo.\n\n> THE END <\n\n!SHOUT\nis action.\n"
    )
    known = read(tmp_path, "a.fountain", text)
    assert said(known) == [("McAvoy", "No way."), ("McAvoy", "La la"), ("BRICK", "So.")]
    assert [line.optional for line in known.lines] == [False, True, False]


SRT = """1
00:00:01,000 --> 00:00:02,000
<i>DIANE:</i> Hello &amp; welcome.

2
00:00:03,000 --> 00:00:04,000 X1:1
[door slams]

3
00:00:05,000 --> 00:00:06,000
- {\\an8}Who is it?
- SHEILA: Me.

4
00:00:07,000 --> 00:00:08,000
♪ La la la ♪

5
00:00:09,000 --> 00:00:10,000
42

6
00:00:11,000 --> 00:00:12,000
Bye.
"""


def test_subrips_text_is_read_without_markup_sounds_and_numbers(tmp_path):
    known = read(tmp_path, "a.srt", SRT.replace("\n", "\r\n"))
    assert said(known) == [
        ("DIANE", "Hello & welcome."), (None, "Who is it?"), ("SHEILA", "Me."), (None, "La la la"),
        (None, "42"), (None, "Bye."),
    ]  # fmt: skip
    assert [line.optional for line in known.lines] == [False, False, False, True, False, False]
    assert [line.number for line in known.lines] == [1, 3, 3, 4, 5, 6]


def test_webvtts_voices_are_speakers_and_its_notes_no_speech(tmp_path):
    known = read(
        tmp_path,
        "a.vtt",
        "WEBVTT - x\n\nNOTE not this\n\nSTYLE\n::cue {}\n\nid one\n00:01.000 --> 00:02.000 align:start\n"
        "<v Diane>Hello <00:01.500><c.red>there</c></v>\n<v.loud Sheila>Hi.\n\nNOTE\nnor this\n\nid two\n"
        "00:03.000 --> 00:04.000\nBye.\n",
    )
    assert said(known) == [("Diane", "Hello there"), ("Sheila", "Hi."), (None, "Bye.")]


def test_ass_is_read_in_the_order_of_its_times_as_pysubs2_reads_it(tmp_path):
    subs = pysubs2.SSAFile()
    subs.append(
        pysubs2.SSAEvent(start=5000, end=6000, text="{\\i1}Second{\\i0}, you\\Nsee\\hit", name="SHEILA")
    )
    subs.append(pysubs2.SSAEvent(start=1000, end=2000, text="First, of all", name="Diane"))
    subs.append(pysubs2.SSAEvent(start=3000, end=4000, text="{\\p1}m 0 0 l 1 1{\\p0}", name=""))
    subs.append(pysubs2.SSAEvent(start=3500, end=4000, text="A comment", type="Comment"))
    known = read(tmp_path, "a.ass", subs.to_string("ass"))
    assert said(known) == [("Diane", "First, of all"), ("SHEILA", "Second, you see it")]


def test_a_word_documents_paragraphs_are_lines_without_deleted_text(tmp_path):
    content = document(
        run("DIANE: Is it ") + run("you?"),
        f"<w:del>{'<w:r><w:delText>gone</w:delText></w:r>'}</w:del>"
        + run("SHEILA: Yes")
        + "<w:r><w:br/></w:r>"
        + run("DIANE: Oh."),
    )
    assert said(read(tmp_path, "a.docx", content)) == [
        ("DIANE", "Is it you?"), ("SHEILA", "Yes"), ("DIANE", "Oh."),
    ]  # fmt: skip


def test_a_text_in_a_legacy_encoding_is_read_by_its_language(tmp_path):
    known = read(tmp_path, "a.txt", "Příliš žluťoučký kůň úpěl.".encode("cp1250"), "cs")
    assert known.lines[0].text == "Příliš žluťoučký kůň úpěl."
    assert read(tmp_path, "b.txt", "Hello é".encode("utf-16")).lines[0].text == "Hello é"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.pdf", b"%PDF-1.4", ".pdf is not a form of text"),
        ("a", b"Hello", "without an extension"),
        ("a.txt", b"", "the file is empty"),
        ("a.txt", b"\xef\xbb\xbf \n", "the file is empty"),
        ("a.txt", b"%PDF-1.4\n\0\0", "a PDF, not a text"),
        ("a.srt", b"Hello there, no times.", "no line that anybody could speak"),
        ("a.srt", b"1\n00:00:01,000 --> 00:00:02,000\n[door slams]\n", "no line that anybody could speak"),
        ("a.txt", os.urandom(4096) + b"\0\1", "a text file"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a text file"),
        ("a.txt", b"word " * 400_001, "more than 400,000 words"),
        ("a.docx", b"PK\x03\x04 nothing", "not a Word document"),
        ("a.docx", b"plain", "not a Word document"),
        ("a.docx", document(run("Hi"), part="word/other.xml"), "it has no text part"),
        ("a.docx", document("<w:r>"), "not valid XML"),
        (
            "a.docx",
            document(run("&x;"), head='<!DOCTYPE d [<!ENTITY x "boo">]>'),
            "declares a document type",
        ),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_with_its_name_and_the_reason(tmp_path, name, content, why):
    message = refused(tmp_path, name, content)
    assert why in message or "not Unicode" in message or "damaged" in message
    assert "Traceback" not in message


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(docx, "LARGEST_PART", 1 << 20)
    bomb = document(run("a " * (8 << 20)))
    assert len(bomb) < 100_000
    assert "unpacks to more than 1 MB" in refused(tmp_path, "a.docx", bomb)


def test_brackets_that_nobody_closes_take_no_time(tmp_path):
    assert not read(tmp_path, "a.fountain", "\n\nBOB\nHi.\n\n" + "[" * 100_000).notes


def test_a_large_file_and_a_pipe_are_refused_without_waiting(tmp_path, monkeypatch):
    monkeypatch.setattr(text_file, "LARGEST", 1000)
    too_large = refused(tmp_path, "a.txt", b"a" * 1001)
    assert "larger than" in too_large
    assert "this cannot be a script or subtitles" in too_large
    os.mkfifo(tmp_path / "p.txt")
    with pytest.raises(StageError, match="a pipe, not a file"):
        text_file.read(tmp_path / "p.txt")
    with pytest.raises(StageError, match=r"`text` is the path of a file, not a text itself: Hello. Bye.$"):
        text_file.read(Path("Hello.\nBye."))
    with pytest.raises(StageError, match="file not found"):
        text_file.read(tmp_path / "none.txt")


@pytest.mark.parametrize(
    "text",
    [
        "[00:00:06] SHEILA: Hello.\n[00:00:09] DIANE: Oh, at 10:30?\n[00:00:12] SHEILA: Yes.\n",
        "(00:06) Sheila: Hello.\n(00:09) Diane: Oh, at 10:30?\n(00:12) Sheila: Yes.\n",
        "00:06 Sheila: Hello.\n00:09 Diane: Oh, at 10:30?\n00:12 Sheila: Yes.\n",
        "00:00:06 - 00:00:09 Sheila: Hello.\n00:00:09.500 Diane: Oh, at 10:30?\n00:00:12 Sheila: Yes.\n",
        "Sheila (00:06)\nHello.\n\nDiane (00:09)\nOh, at 10:30?\n\nSheila (00:12)\nYes.\n",
        "Sheila 00:06\nHello.\nDiane 00:09\nOh, at 10:30?\nSheila 00:12\nYes.\n",
        "SHEILA [00:00:06]: Hello.\nDIANE [00:00:09]: Oh, at 10:30?\nSHEILA [00:00:12]: Yes.\n",
        "#1 SHEILA: Hello.\n#2 DIANE: Oh, at 10:30?\n#3 SHEILA: Yes.\n",
        "00:06\nSheila: Hello.\n\n00:09\nDiane: Oh, at 10:30?\n\n00:12\nSheila: Yes.\n",
        "Sheila: (00:06) Hello.\nDiane: (00:09) Oh, at 10:30?\nSheila: [00:12] Yes.\n",
    ],
)
def test_the_times_and_numbers_of_a_transcript_are_neither_speech_nor_names(tmp_path, text):
    found = [(name.casefold(), line) for name, line in said(read(tmp_path, "a.txt", text))]
    assert found == [("sheila", "Hello."), ("diane", "Oh, at 10:30?"), ("sheila", "Yes.")]


def test_times_in_prose_are_speech_unless_they_stand_before_the_lines(tmp_path):
    prose = "10:30 was late.\nWe met at 10:30\nand left.\nTo go: at 11:15, then.\nIt rained.\nOn we went.\n"
    assert [line for _, line in said(read(tmp_path, "a.txt", prose))] == prose.rstrip().split("\n")
    assert said(read(tmp_path, "b.txt", "[00:06] It rained.\n[00:09 - 00:12] On.\n")) == [
        (None, "It rained."), (None, "On."),
    ]  # fmt: skip


def table(*rows):
    cells = "".join(
        "<w:tr>" + "".join(f"<w:tc><w:p>{run(cell)}</w:p></w:tc>" for cell in row) + "</w:tr>" for row in rows
    )
    return f"</w:p><w:tbl>{cells}</w:tbl><w:p>"


@pytest.mark.parametrize(
    "rows",
    [
        [("Sheila", "Hello."), ("Diane", "Is it you?"), ("Sheila", "Yes.")],
        [("Speaker", "Text"), ("Sheila", "Hello."), ("Diane", "Is it you?"), ("Sheila", "Yes.")],
        [("0:06", "Sheila", "Hello."), ("0:09", "Diane", "Is it you?"), ("0:12", "Sheila", "Yes.")],
        [("1", "Sheila:", "Hello.", "0:06"), ("2", "Diane:", "Is it you?", ""), ("3", "Sheila:", "Yes.", "")],
    ],
)
def test_a_column_of_names_in_a_word_table_names_the_speakers(tmp_path, rows):
    assert said(read(tmp_path, "a.docx", document(table(*rows)))) == [
        ("Sheila", "Hello."), ("Diane", "Is it you?"), ("Sheila", "Yes."),
    ]  # fmt: skip


def test_a_word_table_without_names_is_read_cell_by_cell(tmp_path):
    known = read(tmp_path, "a.docx", document(table(("It rained.", "All day."), ("We left.", "Then sun."))))
    assert [line for _, line in said(known)] == ["It rained.", "All day.", "We left.", "Then sun."]


def test_a_speech_that_was_broken_to_fit_a_page_is_one_line(tmp_path):
    text = "DIANE: I did not know\nyou were there\nat all. And now\n\nI do.\nSHEILA: No\nSHEILA: way\n"
    assert said(read(tmp_path, "a.txt", text)) == [
        ("DIANE", "I did not know you were there at all. And now"), ("DIANE", "I do."),
        ("SHEILA", "No"), ("SHEILA", "way"),
    ]  # fmt: skip
    play = "DIANE\nIs anyone\nhere?\n\nSHEILA\nUp\n(beat)\nstairs.\n\nDIANE\nIt\nrained.\n"
    assert said(read(tmp_path, "b.txt", play)) == [
        ("DIANE", "Is anyone here?"), ("SHEILA", "Up"), ("SHEILA", "stairs."), ("DIANE", "It rained."),
    ]  # fmt: skip
