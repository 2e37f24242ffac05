"""Files that we write are read back as they are, also after other programs saved them; formatting is kept."""

from __future__ import annotations

import time

import pysubs2
import pytest

from ipc.edits import Shown
from ipc.override_codes import Code, canonical
from stage_runners.edited_files import ass, main, srt, vtt
from stage_runners.edited_files.read_cue import UnreadableError
from stage_runners.subtitles.cues import Cue, Line
from stage_runners.subtitles.edits.cues import cue_of
from stage_runners.subtitles.formats import ass as ass_format
from stage_runners.subtitles.formats import srt as srt_format
from stage_runners.subtitles.formats import vtt as vtt_format
from tests.stage_runners.subtitles.documents import NAMES, ONE, TWO, document

ODD = Cue(5000, 7000, (Line(r"a <b> {\i1} \N {x} --> & 5", None),), (0,), ())
ARABIC = Cue(8000, 9000, (Line("مرحبا Bob", "SPEAKER_00", "[SPEAKER 2]"),), (0,), ())
STYLED = cue_of(
    Shown(
        start=10,
        end=12,
        text="- Over there!\n- Where, Bob?",
        speakers=("SPEAKER_01", "SPEAKER_00"),
        codes=(
            Code(0, r"\an8"),
            Code(2, r"\i1"),
            Code(13, r"\i0"),
            Code(23, r"\c&H0000FF&"),
            Code(26, r"\c"),
        ),
    ),
    (0,),
)
ALL = document(ONE, TWO, ODD, ARABIC, STYLED, names=NAMES)
FORMATS = {"srt": (srt_format, srt), "ass": (ass_format, ass), "vtt": (vtt_format, vtt)}


def saved_by_pysubs2(text):
    return pysubs2.SSAFile.from_string(text).to_string("ass")


def saved_by_subtitle_edit(text):
    """As Subtitle Edit saves SubRip: line ends of DOS, other numbers, and here blanks at line ends."""
    lines = [f"{int(line) + 10}" if line.isdigit() else line + " " for line in text.split("\n")]
    return "\r\n".join(lines)


@pytest.mark.parametrize("name", FORMATS)
def test_what_we_write_is_read_as_it_was(name):
    write, read = FORMATS[name]
    cues = read.read(write.write(ALL)).cues
    assert [(round(cue.start, 2), round(cue.end, 2)) for cue in cues] == [
        (1, 3), (3723.04, 3725), (5, 7), (8, 9), (10, 12)
    ]  # fmt: skip
    labels = name == "srt"
    assert cues[0].text == ("[SPEAKER 1] Hello,\nis it you?" if labels else "Hello,\nis it you?")
    assert cues[1].text == ("- [SPEAKER 2] Yes.\n- Oh." if labels else "- Yes.\n- Oh.")
    assert cues[2].text == r"a <b> {\i1} \N {x} --> & 5"
    assert not cues[2].codes
    assert cues[4].text == "- Over there!\n- Where, Bob?"
    assert not any(cue.unkept for cue in cues)
    if not labels:
        assert cues[1].names == ("Speaker 2", "Speaker 1")


def test_codes_go_into_each_format_as_far_as_it_has_them():
    expected = (Code(0, r"\an8"), Code(2, r"\i1"), Code(13, r"\i0"))
    colour = (Code(23, r"\c&H0000FF&"), Code(26, r"\c"))
    for name, (write, read) in FORMATS.items():
        assert read.read(write.write(ALL)).cues[4].codes == expected + (() if name == "vtt" else colour)
    text = srt_format.write(ALL)
    assert '{\\an8}- <i>Over there!</i>\n- Where, <font color="#FF0000">Bob</font>?\n' in text
    assert "00:00:10.000 --> 00:00:12.000 line:5%\n" in vtt_format.write(ALL)


@pytest.mark.parametrize("name", FORMATS)
def test_saving_elsewhere_changes_nothing_that_is_read(name):
    write, read = FORMATS[name]
    text = write.write(ALL)
    again = saved_by_pysubs2(text) if name == "ass" else saved_by_subtitle_edit(text)
    if name == "vtt":
        again = "\r\n".join(line.rstrip() for line in again.split("\r\n"))
    assert read.read(again.replace("\r\n", "\n").lstrip("\ufeff")).cues == read.read(text).cues


def test_equal_looks_are_equal_codes():
    text = "Hello there, you."
    one = canonical(text, [Code(6, r"\i1"), Code(11, r"\i0")])
    assert one == canonical(text, [Code(5, r"\i1"), Code(5, r"\b0"), Code(6, r"\i1"), Code(11, r"\i0")])
    assert canonical(text, [Code(0, r"\i1"), Code(17, r"\i0")]) == (Code(0, r"\i1"),)
    assert canonical(text, [Code(9, r"\an8"), Code(17, r"\u1")]) == (Code(0, r"\an8"),)


def test_what_no_edit_can_keep_is_named():
    event = "Dialogue: 1,0:00:01.00,0:00:02.00,Default,Bob,0,0,20,Banner;9,{a note}Hi{\\k20} you\n"
    head = ass_format.write(document(names={})).rstrip("\n") + "\n"
    (cue,) = ass.read(head + event).cues
    assert cue.unkept == ("effect", "margin", "layer", "comment in braces")
    assert (cue.text, cue.names, cue.codes) == ("Hi you", ("Bob",), (Code(2, r"\k20"),))
    found = ass.read(head + event + event.replace("Dialogue", "Comment").replace("Hi", "No"))
    assert (len(found.cues), found.unkept) == (1, ["comment line"])
    (cue,) = vtt.read("WEBVTT\n\n00:01.000 --> 00:02.000 vertical:rl line:10%,start\n<c.red>Hi</c>\n").cues
    assert (cue.unkept, cue.codes) == (("setting vertical", "tag <c>"), (Code(0, r"\an8"),))


def test_subrip_of_others_is_read():
    text = (
        "1\n0:00:01.5 -->  00:00:03,25\n<I>One</I>\n\n42\n\n3\n"
        "00:00:04,000-->00:00:05,000 X1:1\n&amp;\n{\\an8}two\n"
    )
    one, two = srt.read(text).cues
    assert (one.start, one.end, one.text, one.codes) == (
        1.5,
        3.25,
        "One\n42",
        (Code(0, r"\i1"), Code(3, r"\i0")),
    )
    assert (two.text, two.codes) == ("&amp;\ntwo", (Code(0, r"\an8"),))


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (srt.read, "no subtitles"),
        (srt.read, "1\n00:00:xx,000 --> 00:00:05,000\nHi"),
        (srt.read, "1\n00:99999:01,000 --> 00:00:05,000\nHi"),
        (vtt.read, "1\n00:00:01,000 --> 00:00:05,000\nHi"),
        (vtt.read, "WEBVTT\n\n00:01 --> 00:02\nHi"),
        (ass.read, "[Script Info]\n\n[Events]\nDialogue: 0,x"),
        (ass.read, "\x01[Events"),
    ],
)
def test_what_is_no_such_file_is_refused(read, text):
    with pytest.raises(UnreadableError):
        read(text)


def test_a_file_that_is_none_is_an_answer(tmp_path):
    binary = tmp_path / "movie.srt"
    binary.write_bytes(b"\x00\x01\x02" * 50)
    assert "not a text file" in main.answer(binary, "en")["error"]
    assert "directory" in main.answer(_folder(tmp_path), "en")["error"]
    assert main.answer(tmp_path / "none.srt", "en")["error"] == "No such file or directory"
    old = tmp_path / "old.srt"
    old.write_bytes("1\n00:00:01,000 --> 00:00:02,000\nŽluťoučký kůň\n".encode("cp1250"))
    assert main.answer(old, "cs")["cues"][0]["text"] == "Žluťoučký kůň"


def _folder(tmp_path):
    folder = tmp_path / "folder.srt"
    folder.mkdir()
    return folder


def test_a_long_cue_takes_time_in_proportion():
    begin = time.process_time()
    (cue,) = srt.read(f"1\n00:00:01,000 --> 00:00:02,000\n{'x' * 800_000}\n").cues
    assert len(cue.text) == 800_000
    assert time.process_time() - begin < 3
