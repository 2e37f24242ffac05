"""References as other programs write them: SRT in odd spellings, WebVTT, ASS, JSON, CTM and CSV."""

import pytest

from ipc.errors import StageError
from stage_runners.scoring.reference_files import read


@pytest.fixture
def source(tmp_path):
    def make(name, text, language=""):
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return read(tmp_path / name, "film", language)

    return make


def said(source):
    return [(unit.start, unit.text, unit.speaker) for unit in source.units]


VTT = """WEBVTT - a title
X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000

STYLE
::cue { color: red }

REGION
id:fred
width:40%

NOTE spoken by
two people --> really

intro
00:01.000 --> 00:02.000 region:fred align:left
<v Fred>Hi, I'm <b>Fred</b>

1:00:03.000 --> 1:00:04.000
<v.loud Mary Ann>Hello &amp; bye</v>
- and <1:00:03.500>you
"""


def test_webvtt_has_cues_and_voices_and_no_notes_styles_or_regions(source):
    assert said(source("a.vtt", VTT)) == [
        (1.0, "Hi, I'm Fred", "Fred"),
        (3603.0, "Hello & bye", "Mary Ann"),
        (3603.0, "and you", None),
    ]


def test_labels_count_in_webvtt_too(source):
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n[ANN] Yes.\n\n00:03.000 --> 00:04.000\nNo.\n"
    assert said(source("a.vtt", text)) == [(1.0, "Yes.", "ANN"), (3.0, "No.", "ANN")]


ASS = """[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, Outline, Alignment, MarginV
Style: Default,Arial,60,&H00FFFFFF,3,2,30

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:01.00,0:00:02.00,Default,FRED,0,0,0,,{\\i1}Hello{\\i0}\\Nthere
Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\an5\\p1}m 0 0 l 100 0 100 100{\\p0}
Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{\\pos(1,2)}Bye
Comment: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,a note
"""


def test_ass_has_dialogue_and_names_and_no_drawings_or_comments(source):
    assert said(source("a.ass", ASS)) == [(1.0, "Hello there", "FRED"), (3.0, "Bye", "FRED")]


@pytest.mark.parametrize(
    "times",
    ["00:00:03, 000 --> 00:00:04, 000", "00: 00: 03,000 -> 00: 00: 04,000", "00:03.0 --> 00:04.0",
     "0:0:3,000 --> 0:0:4,000"],
)  # fmt: skip
def test_times_that_other_programs_write_are_times_and_not_text(source, times):
    text = f"1\n00:00:01,000 --> 00:00:02,000\nOne\n\n2\n{times}\nTwo\n"
    assert said(source("a.srt", text)) == [(1.0, "One", None), (3.0, "Two", None)]


def test_times_that_cannot_be_read_are_refused_with_their_line(source):
    with pytest.raises(StageError, match=r"line 5: not times of SubRip \(100:00:03,000"):
        source("a.srt", "1\n00:00:01,000 --> 00:00:02,000\nOne\n2\n100:00:03,000 --> 100:00:04,000\nTwo\n")
    with pytest.raises(StageError, match=r"line 3: not times of WebVTT \(3,0 --> 4,0\)"):
        source("a.vtt", "WEBVTT\n\n3,0 --> 4,0\nOne\n")


def test_sounds_in_round_brackets_are_no_words(source):
    text = "1\n00:00:01,000 --> 00:00:02,000\n(DOOR SLAMS)\nANN: (sighs) Hello.\n\n"
    text += "2\n00:00:03,000 --> 00:00:04,000\n\uff08\u7b11\u3044\u58f0\uff09\u306f\u3044\n"
    assert said(source("a.srt", text)) == [(1.0, "Hello.", "ANN"), (3.0, "\u306f\u3044", "ANN")]


FRENCH = "O\u00f9 est le caf\u00e9\u00a0? \u00c7a va, c\u2019est \u00e9l\u00e9mentaire."
RUSSIAN = "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u043e\u044f \u041c\u0430\u0440\u0438\u044f."


@pytest.mark.parametrize(
    ("codec", "language", "text", "name"),
    [
        ("mac_roman", "fr", FRENCH, "Mac Roman"),
        ("cp1252", "fr", FRENCH, "Windows-1252"),
        ("mac_cyrillic", "ru", RUSSIAN, "Mac Cyrillic"),
        ("cp1251", "ru", RUSSIAN, "Windows-1251"),
    ],
)
def test_a_text_with_the_line_ends_of_an_old_macintosh_may_be_in_its_code_page(
    source, codec, language, text, name
):
    data = f"1\r00:00:01,000 --> 00:00:02,000\r{text}\r".encode(codec)
    found = source("a.srt", data, language)
    assert [unit.text for unit in found.units] == [" ".join(text.split())]
    assert found.notes == (f"a.srt: not Unicode; read as {name}",)


def test_the_first_of_alternatives_in_a_ctm_counts(source):
    rows = ["1 .3 a", "* * <ALT_BEGIN>", "2 .1 b", "* * <ALT>", "2 .1 c", "* * <ALT_END>", "3 .1 d"]
    text = "".join(f"f A {row}\n" for row in rows)
    assert [unit.text for unit in source("a.ctm", text).units] == ["a", "b", "d"]


def test_a_table_of_a_spreadsheet_has_its_country_s_signs(source):
    assert said(source("a.csv", "start;end;word\n1,5;2;a\n")) == [(1.5, "a", None)]
    assert said(source("b.csv", "start\tend\tword\n1.5\t2\ta\n")) == [(1.5, "a", None)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"results": {}}', "it has no list of segments"),
        ("[1]", "it has no list of segments"),
        ('{"segments": [{"start": 1}]}', "a segment or a word has no text"),
        ('{"segments": [{"text": "a", "start": NaN, "end": 1}]}', "nan is not a number of seconds"),
    ],
)
def test_other_json_is_refused_in_a_sentence(source, text, why):
    with pytest.raises(StageError, match=f"not a transcript: {why}"):
        source("a.json", text)
