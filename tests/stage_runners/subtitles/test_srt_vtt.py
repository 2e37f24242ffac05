"""Every file is what its format says, and says what was said."""

from __future__ import annotations

import json

import pysubs2
import pytest

from ipc.errors import StageError
from stage_runners.subtitles import srt_vtt as formats
from stage_runners.subtitles import transcripts as transcript
from stage_runners.subtitles.ass import ass
from stage_runners.subtitles.cues import Cue, Line
from stage_runners.subtitles.limits import profile
from stage_runners.subtitles.runner import cues_of, language_of
from tests.stage_runners.rows import PARAMS, said, segment, word

A, B = "SPEAKER_00", "SPEAKER_01"
NAMES = {B: "Speaker 1", A: "Speaker 2"}


def cue(*lines, start=1000, end=3000):
    return Cue(start, end, lines, (0,), ())


ONE = cue(Line("Hello,", B, "[SPEAKER 1]"), Line("is it you?", B))
TWO = cue(
    Line("Yes.", A, "[SPEAKER 2]", dash="- "), Line("Oh.", B, dash="- "), start=3_723_040, end=3_725_000
)


def test_speakers_are_counted_in_order_of_appearance():
    assert formats.names([segment(speaker=s) for s in (None, B, A, B)]) == NAMES


def test_srt():
    assert formats.srt([ONE, TWO]) == (
        "1\n00:00:01,000 --> 00:00:03,000\n[SPEAKER 1] Hello,\nis it you?\n\n"
        "2\n01:02:03,040 --> 01:02:05,000\n- [SPEAKER 2] Yes.\n- Oh.\n\n"
    )


def test_webvtt_says_who_speaks_in_voices_and_escapes_the_text():
    assert formats.vtt([ONE, TWO, cue(Line("a < b & c", None))], NAMES) == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n<v Speaker 1>Hello,\nis it you?</v>\n\n"
        "01:02:03.040 --> 01:02:05.000\n<v Speaker 2>- Yes.</v>\n<v Speaker 1>- Oh.</v>\n\n"
        "00:00:01.000 --> 00:00:03.000\na &lt; b &amp; c\n"
    )


def test_ass_gives_each_speaker_a_style_and_loses_no_millisecond():
    subs = pysubs2.SSAFile.from_string(ass([ONE, TWO], NAMES))
    assert set(subs.styles) == {"Default", "Speaker 1", "Speaker 2"}
    assert subs.styles["Speaker 1"].primarycolor == pysubs2.Color(255, 255, 255)
    assert subs.styles["Speaker 1"].primarycolor != subs.styles["Speaker 2"].primarycolor
    assert [(e.name, e.style, e.start, e.end, e.plaintext) for e in subs] == [
        ("Speaker 1", "Speaker 1", 1000, 3000, "Hello,\nis it you?"),
        ("Speaker 2; Speaker 1", "Speaker 2", 3_723_040, 3_725_000, "- Yes.\n- Oh."),
    ]


def test_ass_takes_no_text_for_a_code():
    text = ass([cue(Line(r"a {\b1} \N b", None))], {}).splitlines()[-1]
    assert text.endswith("a \\{\\\u2060b1\\} \\\u2060N b")


@pytest.mark.parametrize("odd", ["C:\\new {x} <i>", "שלום עולם", "नमस्ते"])
def test_srt_keeps_odd_text(odd):
    assert f"\n{odd}\n" in formats.srt([cue(Line(odd, None))]).replace("\u2060", "")


def test_srt_takes_no_text_for_a_code():
    text = formats.srt([cue(Line(r"a < b {\an8} {c} \N \d", None))])
    assert text.splitlines()[2] == "a <\u2060 b {\u2060\\an8} {c} \\\u2060N \\d"


def test_txt_has_a_line_a_segment():
    rows = [segment(0, text="Hello.", speaker=B), segment(1, text="Who?")]
    assert transcript.txt(rows, NAMES) == "[SPEAKER 1] Hello.\nWho?\n"


def test_tsv_has_milliseconds():
    assert transcript.tsv([segment(0, 0.5, 1.25, "a\tb")]) == "start\tend\ttext\n500\t1250\ta b\n"


def test_json_has_the_shape_of_whisperx():
    rows = [segment(0, 0.0, 1.0, "Hello there.", speaker=B)]
    words = [word("Hello", 0.0, 0.4, speaker=B), word("there.", speaker=B)]
    assert json.loads(transcript.transcript(rows, words, "en")) == {
        "segments": [
            {
                "start": 0.0,
                "end": 1.0,
                "text": "Hello there.",
                "speaker": B,
                "words": [
                    {"word": "Hello", "start": 0.0, "end": 0.4, "score": 0.9, "speaker": B},
                    {"word": "there.", "score": 0.9, "speaker": B},
                ],
            }
        ],
        "word_segments": [
            {"word": "Hello", "start": 0.0, "end": 0.4, "score": 0.9, "speaker": B},
            {"word": "there.", "score": 0.9, "speaker": B},
        ],
        "language": "en",
    }


def test_rttm_keeps_overlap_and_does_not_depend_on_the_films_name():
    rows = [{"start": 0.5, "end": 2.0, "speaker": A}, {"start": 1.0, "end": 2.25, "speaker": B}]
    assert transcript.rttm(rows) == (
        "SPEAKER film 1 0.500 1.500 <NA> <NA> SPEAKER_00 <NA> <NA>\n"
        "SPEAKER film 1 1.000 1.250 <NA> <NA> SPEAKER_01 <NA> <NA>\n"
    )


def test_nothing_said_gives_valid_files():
    assert formats.srt([]) == ""
    assert formats.vtt([], {}) == "WEBVTT\n"
    assert not pysubs2.SSAFile.from_string(ass([], {})).events
    assert json.loads(transcript.transcript([], [], "und")) == {
        "segments": [],
        "word_segments": [],
        "language": "und",
    }


def test_the_language_is_the_one_spoken_longest():
    rows = [
        segment(0, 0, 2, language="de"),
        segment(1, 2, 9, language="en"),
        segment(2, 9, 10, language="de"),
    ]
    assert language_of(rows) == "en"
    assert language_of([]) == "und"


def labelled(wanted, *speakers):
    words = [
        w
        for k, s in enumerate(speakers)
        for w in said("I am saying something.", 4.0 * k, speaker=s, segment=k)
    ]
    rows = [segment(k, 4.0 * k, 4.0 * k + 2, speaker=s) for k, s in enumerate(speakers)]
    cues = cues_of(rows, words, "en", {**PARAMS, "speaker_labels": wanted}, formats.names(rows))
    return [c.lines[0].label for c in cues]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("none", ["", "", ""]),
        ("change", ["[SPEAKER 1]", "", "[SPEAKER 2]"]),
        ("all", ["[SPEAKER 1]", "[SPEAKER 1]", "[SPEAKER 2]"]),
    ],
)
def test_labels_stand_where_they_are_asked_for(wanted, expected):
    assert labelled(wanted, A, A, B) == expected


def test_a_film_with_one_speaker_needs_no_label():
    assert labelled("change", A, A) == ["", ""]
    assert labelled("all", A, A) == ["[SPEAKER 1]", "[SPEAKER 1]"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_line_width", 3),
        ("max_line_count", 0),
        ("max_cps", -1),
        ("max_duration", 0.1),
        ("min_gap", -0.1),
        ("speaker_labels", "some"),
        ("min_duration", float("nan")),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused_by_name(name, value):
    with pytest.raises(StageError, match=name) as caught:
        profile({**PARAMS, name: value}, "en")
    assert caught.value.category == "config"


def known(speaker, name, confidence=0.9):
    return {
        "speaker": speaker,
        "name": name,
        "confidence": confidence,
        "source": "dialogue",
        "evidence": ["0:12"],
    }


def test_a_voice_with_a_name_is_called_by_it_and_others_are_counted_as_ever():
    rows = [segment(speaker=s) for s in (B, A)]
    assert formats.names(rows, [known(A, "Aditi"), known(B, None)]) == {B: "Speaker 1", A: "Aditi"}


def test_two_voices_of_one_name_are_one_speaker():
    rows = [segment(0, speaker=B), segment(1, speaker=A)]
    words = [word("Yes.", 0, 1, speaker=A)]
    segments, spoken = formats.together(rows, words, {B: "Aditi", A: "Aditi"})
    assert {row["speaker"] for row in (*segments, *spoken)} == {B}


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Diane", "[DIANE]"),
        ("Maximilian Featherstonehaugh-Smythe", "[MAXIMILIAN]"),
        ("Hubertblaineschlegelstein", "[HUBERTBLAINESCHLEGELST…]"),
    ],
)
def test_a_long_name_leaves_room_in_the_line(name, label):
    assert formats.label(name, 25) == label


def test_json_says_of_every_voice_how_its_name_is_known():
    found = json.loads(transcript.transcript([segment(speaker=A)], [], "en", [known(A, "Aditi")]))
    assert found["speakers"] == {
        A: {"name": "Aditi", "confidence": 0.9, "source": "dialogue", "evidence": ["0:12"]}
    }
    assert found["segments"][0]["speaker"] == A


def test_json_says_each_segment_s_language_only_where_several_are_spoken():
    one, other = segment(0, language="en"), segment(1, language="de")
    assert "language" not in json.loads(transcript.transcript([one], [], "en"))["segments"][0]
    both = json.loads(transcript.transcript([one, other], [], "en"))["segments"]
    assert [row["language"] for row in both] == ["en", "de"]


def test_a_long_name_s_first_word_loses_the_comma_behind_it():
    assert formats.label("Featherstonehaugh, Bartholomew the Younger", 25) == "[FEATHERSTONEHAUGH]"


def test_a_text_that_looks_like_the_times_of_a_cue_makes_no_other_cue():
    pasted = cue(Line("2", None), Line("00:00:01,000 --> 00:00:02,000", None))
    assert formats.srt([pasted]).count("-->") == 1
    assert formats.vtt([pasted], {}).count("-->") == 1


def test_a_label_that_is_cut_ends_with_no_comma():
    assert formats.label("Featherstonehaugh, Bartholomew", 25) == "[FEATHERSTONEHAUGH]"


def test_a_house_may_leave_two_speakers_in_one_cue_to_their_labels_where_there_are_any():
    assert profile({**PARAMS, "dash": ""}, "en").dash == ""
    assert profile({**PARAMS, "dash": "", "speaker_labels": "none"}, "en").dash == "- "
