"""Times in subtitle files are found and replaced, and no other byte changes."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipc.errors import StageError
from stage_runners.sync import speech_text, subtitle_file
from stage_runners.sync.main import moved
from stage_runners.sync.time_map import Part, TimeMap

SRT = """1
00:00:01,500 --> 00:00:03,000  X1:40 X2:600 Y1:20 Y2:50
<i>- Guten Tag!</i> {\\an8}
- Größe: 10:30

2
00:00:03,000 --> 00:00:04,250
<font color="#ffffff">  zwei  </font>


3
00:00:02,000 --> 00:00:05,000
overlaps

4
0:00:06.5 --> 0:00:07.25
other spelling
5
100:00:00,000 --> 100:00:01,999
far
"""
VTT = """WEBVTT - a title
X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000

STYLE
::cue { color: red; content: "00:01" }

REGION
id:fred
width:40%

NOTE
checked at 00:01:00.000 by Zoe

intro
00:01.000 --> 00:03.500 align:start position:10% region:fred
<v Zoe>Hello <00:02.000><c>world</c></v>

58:59.000 --> 58:59.900
late

NOTE the end
"""
ASS = """[Script Info]
; made at 0:00:01.00
Title: 0:00:02.00
Timer: 100.0000
PlayResX: 640

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,20

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:01.00,0:00:03.50,Default,Zoe,0,0,0,,{\\pos(10,20)\\t(0,500,\\fs30)}Hello, world at 0:00:01.00
Comment: 0,0:00:02.00,0:00:04.00,Default,,0,0,0,template,{\\k20}a comment
Dialogue: 1,0:00:05.00,0:00:06.00,Default,,0,0,0,,{\\p1}m 0 0 l 100 0 100 100{\\p0}
Dialogue: 0, 0:00:07.00 ,0:00:08.00,Default,,0,0,0,,spaces
Dialogue: 0,12:34:56.78,12:34:57.00,Default,,0,0,0,,far
Dialogue: 0,0:00:09.00

[Fonts]
fontname: 0:00:01.00
"""
SSA = (
    ASS.replace("V4+", "V4")
    .replace("Format: Layer,", "Format: Marked,")
    .replace("Dialogue: 0,", "Dialogue: Marked=0,")
)
FILES = {"a.srt": SRT, "a.vtt": VTT, "a.ass": ASS, "a.ssa": SSA}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252")


def by(offset, ratio=1.0):
    return TimeMap(ratio, [Part(0.0, 10.0, offset)])


def rewritten(name, data, offset, ratio=1.0):
    file = subtitle_file.read(name, data)
    return file.with_times(moved(file, by(offset, ratio))[0])


def starts(name, data):
    return [event.start.seconds for event in subtitle_file.read(name, data).events]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_only_times_change_in_every_format_encoding_and_with_every_line_end(name, ends, encoding):
    data = FILES[name].replace("\n", ends).encode(encoding)
    new = rewritten(name, data, 2.5)
    file = subtitle_file.read(name, new)
    assert [event.start.seconds for event in file.events] == pytest.approx(
        [start + 2.5 for start in starts(name, data)]
    )
    # Back again, all bytes are as they were, but for digits that short fractions had to get.
    back = rewritten(name, new, -2.5)
    short = {b"06.5 ": b"06.500 ", b"07.25": b"07.250"}
    expected = data
    if name == "a.srt":
        text = data.decode(encoding)
        for old, longer in short.items():
            text = text.replace(old.decode(), longer.decode())
        expected = text.encode(encoding)
    assert back == expected


@pytest.mark.parametrize("name", FILES)
def test_everything_but_the_times_of_cues_is_equal(name):
    text = FILES[name]
    new = rewritten(name, text.encode(), 40.25).decode()
    changed = [(a, b) for a, b in zip(text.split("\n"), new.split("\n"), strict=True) if a != b]
    digits = re.compile(r"\d+(?=[:.,])|(?<=[:.,])\d+")
    for old, other in changed:
        assert digits.sub("", old.replace("6.5", "6.500").replace("7.25", "7.250")) == digits.sub("", other)
        assert "-->" in old or re.match(r"Dialogue|Comment|<v Zoe>", old)


def test_what_stands_in_notes_titles_texts_and_after_the_times_stays():
    assert b'content: "00:01"' in rewritten("a.vtt", VTT.encode(), 9)
    assert b"at 00:01:00.000 by Zoe" in rewritten("a.vtt", VTT.encode(), 9)
    assert b"MAP=LOCAL:00:00:00.000," in rewritten("a.vtt", VTT.encode(), 9)
    assert b"Hello, world at 0:00:01.00" in rewritten("a.ass", ASS.encode(), 9)
    assert b"Title: 0:00:02.00" in rewritten("a.ass", ASS.encode(), 9)
    assert b"fontname: 0:00:01.00" in rewritten("a.ass", ASS.encode(), 9)
    assert "Größe: 10:30".encode() in rewritten("a.srt", SRT.encode(), 9)
    assert b"00:00:12,000  X1:40 X2:600" in rewritten("a.srt", SRT.encode(), 9)


def test_comments_drawings_and_stamps_inside_cues_move_along():
    new = rewritten("a.ass", ASS.encode(), 60).decode()
    assert "Comment: 0,0:01:02.00,0:01:04.00,Default,,0,0,0,template,{\\k20}a comment" in new
    assert "Dialogue: 1,0:01:05.00,0:01:06.00,Default,,0,0,0,,{\\p1}m 0 0 l 100 0 100 100{\\p0}" in new
    assert "Dialogue: 0, 0:01:07.00 ,0:01:08.00," in new
    assert "Hello <01:02.000><c>world</c>" in rewritten("a.vtt", VTT.encode(), 60).decode()


def test_hours_appear_when_a_time_needs_them_and_grow():
    new = rewritten("a.vtt", VTT.encode(), 120).decode()
    assert "01:00:59.000 --> 01:00:59.900\nlate" in new
    assert "102:46:39,000 --> 102:46:40,999" in rewritten("a.srt", SRT.encode(), 9999).decode()
    assert "15:21:35.78,15:21:36.00" in rewritten("a.ass", ASS.encode(), 9999).decode()


def test_a_time_below_zero_is_zero_and_its_cue_stays_visible():
    file = subtitle_file.read("a.srt", SRT.encode())
    times, lost, clipped = moved(file, by(-3.5))
    new = file.with_times(times).decode()
    assert "00:00:00,000 --> 00:00:00,001  X1:40" in new
    assert "00:00:00,000 --> 00:00:00,750" in new
    assert (lost, clipped) == ([], 3)


def test_lines_that_are_no_times_stay_and_are_reported():
    text = SRT.replace("00:00:03,000 --> 00:00:04,250", "00:00:0x,000 --> 00:00:04,250")
    text = text.replace("00:00:02,000 -->", "00:99:72,000 -->")
    file = subtitle_file.read("a.srt", text.encode())
    assert file.malformed == (7, 12)
    new = file.with_times(moved(file, by(1.0))[0]).decode()
    assert "00:00:0x,000 --> 00:00:04,250" in new
    assert "00:99:72,000 --> 00:00:05,000" in new
    assert "0:00:07.500 --> " in new
    assert subtitle_file.read("a.ass", ASS.encode()).malformed == (18,)


def test_blanks_inside_times_and_missing_fractions_and_signs():
    text = b"1\n00: 00: 05, 000 -> 00:00:07\nx\n\n2\n-00:00:01,000 --> 00:00:02,000\ny\n"
    assert rewritten("a.srt", text, 1.25) == (
        b"1\n00: 00: 06, 250 -> 00:00:08,250\nx\n\n2\n00:00:00,250 --> 00:00:03,250\ny\n"
    )


def test_the_content_tells_the_format_not_the_name():
    assert subtitle_file.read("a.srt", ASS.encode()).format == "ass"
    assert subtitle_file.read("a.txt", VTT.encode()).format == "vtt"
    assert subtitle_file.read("a.ass", SRT.encode()).format == "srt"


def test_bytes_of_an_unknown_encoding_and_damaged_text_survive():
    damaged = SRT.encode().replace("ß".encode(), b"\xdf\xff\x80")
    new = rewritten("a.srt", damaged, 1)
    assert b"Gr\xc3\xb6\xdf\xff\x80e: 10:30" in new
    assert rewritten("a.srt", new, -1).replace(b"500 -->", b"5 -->") == damaged.replace(
        b"0:00:06.5 --> 0:00:07.25", b"0:00:06.5 --> 0:00:07.250"
    ).replace(b"00:00:01,500 -->", b"00:00:01,5 -->")
    cut = SRT.encode("utf-16")[:-1]
    assert rewritten("a.srt", cut, 1)[-1:] == cut[-1:]


@pytest.mark.parametrize(
    "data", [b"", b"no times at all\n", b"\x00\x01\x02" * 50, b"00:99:99,000 --> 00:00:99,000\n"]
)
def test_a_file_without_times_is_an_error_in_a_sentence(data):
    with pytest.raises(StageError, match=r"^a\.srt: "):
        subtitle_file.read("a.srt", data)


@pytest.mark.parametrize(
    "line",
    [
        " " * 300_000,
        "1" * 300_000,
        "0:" * 150_000,
        "[" * 300_000,
        "{\\p" * 90_000,
        "-->" * 100_000,
        "<" * 300_000,
    ],
)
@pytest.mark.parametrize("name", FILES)
def test_long_lines_take_no_time(name, line):
    begin = time.process_time()
    for text in (FILES[name].replace("Guten Tag", line).replace("world", line), line + "\n" + FILES[name]):
        file = subtitle_file.read(name, text.encode())
        speech_text.spoken_of(file.events, file.format)
    assert time.process_time() - begin < 2


def test_cues_far_after_the_film_are_not_compared_and_of_very_many_only_some():
    far = "1\n9999:00:00,000 --> 9999:00:01,000\nfar\n\n2\n00:01:00,000 --> 00:01:01,000\nnear\n"
    events = subtitle_file.read("a.srt", far.encode()).events
    assert [cue.text for cue in speech_text.spoken_of(events, "srt", 5400.0)] == ["near"]
    clocks = [f"{k // 3600:02}:{k // 60 % 60:02}:{k % 60:02}" for k in range(13000)]
    many = "".join(f"1\n{clock},000 --> {clock},900\nx\n\n" for clock in clocks)
    events = subtitle_file.read("a.srt", many.encode()).events
    assert len(speech_text.spoken_of(events, "srt", 13000.0)) == 4334


@given(st.binary(max_size=400))
def test_any_bytes_give_a_file_or_an_error(data):
    try:
        file = subtitle_file.read("a.srt", data)
    except StageError:
        return
    assert file.with_times([]) == data


@given(st.integers(0, 400 * 3600_000), st.floats(-500, 500), st.sampled_from([1.0, 25 / 24, 24 / 25, 1.001]))
def test_a_written_time_is_within_half_a_unit(milliseconds, offset, ratio):
    hours, rest = divmod(milliseconds, 3600_000)
    clock = f"{hours:02}:{rest // 60000:02}:{rest // 1000 % 60:02},{rest % 1000:03}"
    new = rewritten("a.srt", f"1\n{clock} --> {clock}\nx\n".encode(), offset, ratio)
    found = subtitle_file.read("a.srt", new).events[0].start.seconds
    assert found == pytest.approx(max(milliseconds / 1000 * ratio + offset, 0), abs=0.00051)
