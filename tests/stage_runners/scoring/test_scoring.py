"""The inputs of scoring: reference files, the scored part of a film, and the rules of cues."""

from __future__ import annotations

import json
import subprocess

import pytest

from ipc.cue_rules import CueLimits
from ipc.errors import StageError
from stage_runners.scoring import cues as score_cues
from stage_runners.scoring import language, times
from stage_runners.scoring.reference_files import read
from stage_runners.scoring.text import normal, tokens
from stage_runners.scoring.units import Cue, Scope, Turn, Unit
from stage_runners.scoring.voices import attributed, edited
from tests.stage_runners.spec import ROOT, python_of


@pytest.fixture
def file(tmp_path):
    def make(name, text):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return make


def said(source):
    return [(unit.text, unit.speaker) for unit in source.units]


def test_an_stm_is_read_with_speakers_and_ignored_time_spans(file):
    source = read(
        file(
            "a.stm",
            ";; by hand\nx 1 Ann 1.5 2 <o,f0,female> Good { day / morning }\nx 1 Gap 2 4 "
            "ignore_time_segment_in_scoring\nx 1 Bob 0 1 Hi\n",
        )
    )
    assert [(text.split(), who) for text, who in said(source)] == [(["Hi"], "Bob"), (["Good", "day"], "Ann")]
    assert source.ignored == ((2.0, 4.0),)
    assert source.attributed
    assert "alternatives" in source.notes[0]


def test_an_rttm_has_turns_and_other_lines_of_the_format_are_passed_over(file):
    lines = (
        "SPKR-INFO x 1 <NA> <NA> <NA> adult A <NA> <NA>\n"
        "SPEAKER x 1 1.0 0.5 <NA> <NA> A <NA> <NA>\n"
        "SPEAKER x 1 2.0 0 <NA> <NA> B <NA> <NA>\n"
    )
    assert read(file("a.rttm", lines)).turns == (Turn(start=1.0, end=1.5, speaker="A"),)


def test_timed_words_are_read_from_ctm_or_csv(file):
    ctm = read(file("a.ctm", "x 1 2.0 0.25 there 0.9\nx 1 1.0 0.5 hello\n"))
    table = read(file("a.csv", "start,end,word\n1.0,1.5,hello\n2.0,2.25,there\n"))
    assert [(word.text, word.start, word.end) for word in ctm.words] == [
        ("hello", 1.0, 1.5),
        ("there", 2.0, 2.25),
    ]
    assert table.words == ctm.words


SUBTITLES = """1
00:00:01,000 --> 00:00:02,000
[ANN] <i>Where</i> is he?

2
00:00:02,100 --> 00:00:03,000
He was here.

3
00:00:03,100 --> 00:00:04,000
- [BOB] Who?
- ANN: You.

4
00:00:04,100 --> 00:00:05,000
[MUSIC]

5
00:00:05,100 --> 00:00:06,000
[door creaks] Oh.

6
00:00:06,100 --> 00:00:07,000
[BOB]
Come in.
"""


def test_a_speaker_label_applies_until_the_next_and_other_brackets_are_sounds(file):
    source = read(file("a.srt", SUBTITLES))
    assert said(source) == [
        ("Where is he?", "ANN"), ("He was here.", "ANN"), ("Who?", "BOB"), ("You.", "ANN"), ("Oh.", "ANN"),
        ("Come in.", "BOB"),
    ]  # fmt: skip
    assert source.cues[3].lines == ("[MUSIC]",)
    assert source.cues[3].said == ()


def test_after_a_dash_without_a_label_the_speaker_is_unknown(file):
    source = read(
        file(
            "a.srt",
            "1\n00:00:01,000 --> 00:00:02,000\n[ANN] Yes.\n\n2\n00:00:03,000 --> 00:00:04,000\n- No.\n- "
            "Yes.\n",
        )
    )
    assert said(source) == [("Yes.", "ANN"), ("No.", None), ("Yes.", None)]
    assert not source.attributed


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.txt", b"\n\xc3\xa9t\xc3\xa9\xe9\n", r"damaged UTF-8: line 2 has the byte 0xe9"),
        ("a.txt", b"\x00\x01\x02\x03film", r"not a text file"),
        ("a.srt", b"1\nGIF\x01", r"not a text file: line 2 has the control character U\+0001"),
        ("a.srt", "", r"a\.srt: the file is empty"),
        ("a.srt", "hello\n", r"a\.srt: no cues"),
        ("a.rttm", "\nSPEAKER x 1 0.5 long <NA> <NA> A\n",
         r"line 2: its duration, the fifth column, is 'long'"),
        ("a.rttm", "SPEAKER x 1 0.5 1.0 A\n", r"line 1: 6 columns"),
        ("a.rttm", "0.5 1.0 A\n", r"line 1: a line of an RTTM starts with SPEAKER"),
        ("a.stm", ";; nothing\n", r"only comments"),
        ("a.stm", "x 1 A 2 1 hi\n", r"line 1: it ends before it starts"),
        ("a.stm", "x 1 A 0 1 hi\ny 1 A 0 1 ho\n", r"none of its 2 recordings is film"),
        ("a.ctm", "x 1 -1 2 hi\n", r"line 1: its start, the third column, is '-1'"),
        ("a.csv", "begin,end,word\n", r"no column start"),
        ("a.json", "{}", r"not a transcript"),
        ("a.doc", "x", r"not a reference format"),
    ],
)  # fmt: skip
def test_a_bad_reference_is_rejected_with_its_error_and_line(file, name, text, sentence):
    with pytest.raises(StageError, match=sentence) as refused:
        read(file(name, text), "film")
    assert refused.value.category == "input"


def test_only_the_films_lines_are_read_in_a_file_about_several_recordings(file):
    source = read(file("a.stm", "other 1 A 0 1 no\nmy_film 1 A 0 1 yes\n"), "my film")
    assert said(source) == [("yes", "A")]


def test_a_reference_in_another_language_is_refused_by_file_name_or_script(file):
    english = read(file("film.en.txt", "They came in the morning and left at night."))
    language.check(english, "en")
    with pytest.raises(StageError, match="the file name says English, but the scored result is in Czech"):
        language.check(english, "cs")
    with pytest.raises(StageError, match="not in the script of English"):
        language.check(read(file("film.txt", "\u043f\u0440\u0438\u0432\u0435\u0442 " * 9)), "en")


def test_text_is_compared_without_case_and_punctuation_and_by_characters_in_languages_without_spaces():
    assert normal("\u201cDon\u2019t\u201d \u2014 she SAID, \uff21\uff11!") == "don't she said a1"
    assert normal("\u0939\u093f\u0928\u094d\u0926\u0940") == "\u0939\u093f\u0928\u094d\u0926\u0940"
    assert tokens("\u6771\u4eac\u3001\u884c\u304f\u3002", "ja") == list("\u6771\u4eac\u884c\u304f")


def test_only_text_entirely_inside_a_clip_counts():
    units = [Unit(text=str(k), start=float(k), end=k + 1.0) for k in range(10)]
    scope, cut = Scope(within=(2.5, 6.0)).around(units)
    assert cut == 1
    assert [unit.text for unit in scope.kept(units)] == ["3", "4", "5"]
    assert not scope.holds(2.8)


def test_results_of_a_clip_are_shifted_to_the_films_clock(file):
    ours = read(file("a.srt", SUBTITLES)).later(60.0)
    assert (ours.cues[0].start, ours.units[0].end) == (61.0, 62.0)
    assert read(file("a.txt", "no times")).later(60.0).units[0].start is None


def test_words_go_to_the_turn_with_the_longest_overlap_or_else_the_nearest():
    turns = [Turn(start=0, end=2, speaker="A"), Turn(start=1.8, end=4, speaker="B")]
    units = [Unit(text=t, start=s, end=e) for t, s, e in (("x", 1.5, 2.0), ("y", 1.7, 2.9), ("z", 5.0, 6.0))]
    assert [unit.speaker for unit in attributed(units, turns)] == ["A", "B", "B"]


def test_of_cues_that_were_edited_each_dash_is_the_next_speaker():
    rows = [{"text": "- Who?\n- You.", "start": 0.0, "end": 1.0, "speakers": ["S1", "S2"]}]
    assert [(unit.text, unit.speaker) for unit in edited(rows)] == [("Who?", "S1"), ("You.", "S2")]


LIMITS = CueLimits(width=20, lines=2, cps=10, min_ms=1000, max_ms=6000, gap_ms=80)


def cue(start, end, *lines):
    return Cue(start=start, end=end, lines=lines, said=lines)


def test_a_cue_of_fast_speech_is_fair_and_not_clean():
    fast = cue(0, 2, "twenty-nine letters" + " and more!")
    told = score_cues.rules([cue(0.0, 2.0, "twelve times", "two and more"), cue(2.08, 4.0, "short")], LIMITS)
    assert (told["clean"], told["fair"], told["broken"]) == (0.5, 1.0, {"too_fast": 1})
    alone = score_cues.rules([fast], LIMITS)
    assert (alone["clean"], alone["fair"]) == (0.0, 0.0)
    assert alone["broken"] == {"line_too_long": 1, "too_fast": 1}


def test_each_rule_that_is_broken_is_counted():
    cues = [cue(0, 0.5, "a", "b", "c"), cue(0.4, 8, "d"), cue(8.02, 10, "e")]
    broken = score_cues.rules(cues, LIMITS)["broken"]
    assert broken == {"too_many_lines": 1, "too_short": 1, "too_long": 1, "overlap": 1, "gap_too_small": 1}


def test_word_times_compare_matching_words_and_report_an_offset():
    truth = [Unit(text=w, start=float(k), end=k + 0.5) for k, w in enumerate(["one", "two", "three", "four"])]
    ours = [Unit(text=w, start=k + 2.0, end=k + 2.5) for k, w in enumerate(["One", "two!", "tree", "four"])]
    told = times.word_times(truth, ours)
    assert told["matched"] == 0.75
    assert told["median_ms"] == told["later_ms"] == 2000


def test_segments_are_measured_at_their_first_and_last_words():
    truth = [Unit(text="good morning sir", start=1.0, end=2.0), Unit(text="hello", start=3.0, end=4.0)]
    ours = [
        Unit(text=w, start=s, end=s + 0.3)
        for w, s in (("good", 1.1), ("morning", 1.4), ("madam", 1.7), ("hello", 3.2))
    ]
    told = times.segment_times(truth, ours, "en")
    assert told["matched"] == 0.75
    assert told["worst_ms"] == pytest.approx(500)


CP = """
import itertools, json, random
from rapidfuzz.distance import Levenshtein
from stage_runners.scoring.text import cpwer
random.seed(5)
wrong = 0
for _ in range(60):
    a, b = (
        [random.choices("abcd", k=random.randint(1, 9)) for _ in range(random.randint(1, 4))]
        for _ in "12"
    )
    size = max(len(a), len(b))
    left, right = a + [[]] * (size - len(a)), b + [[]] * (size - len(b))
    least = min(sum(map(Levenshtein.distance, left, order)) for order in itertools.permutations(right))
    wrong += cpwer(dict(enumerate(a)), dict(enumerate(b)))["errors"] != least
print(json.dumps(wrong))
"""


@pytest.mark.env("scoring")
def test_cpwer_uses_the_best_pairing_of_speakers():
    done = subprocess.run(
        [python_of("scoring"), "-c", CP], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert json.loads(done.stdout) == 0


CURLY = "1\n00:00:00,500 --> 00:00:03,000\nI\u2019ve\n\n2\n00:00:03,500 --> 00:00:06,000\nit\u2019s far\n"


@pytest.mark.parametrize(
    "data",
    [
        CURLY.encode("utf-16"),
        b"\xfe\xff" + CURLY.encode("utf-16-be"),
        CURLY.encode("utf-16-le"),
        CURLY.encode("utf-8-sig"),
        CURLY.encode("cp1252"),
        CURLY.encode().replace(b"\n", b"\r"),
        CURLY.encode().replace(b"\n", b"\r\n"),
    ],
    ids=["utf-16-le", "utf-16-be", "no mark", "utf-8 mark", "windows", "mac", "dos"],
)
def test_a_reference_scores_alike_in_every_encoding_and_with_every_line_end(file, data):
    assert read(file("a.srt", data)).cues == read(file("b.srt", CURLY)).cues


def test_a_reference_that_is_not_unicode_is_told_with_the_encoding_it_was_read_in(file):
    assert read(file("a.srt", CURLY.encode("cp1252"))).notes == ("a.srt: not Unicode; read as Windows-1252",)


def srt(*texts):
    cues = (f"00:00:{k:02},000 --> 00:00:{k:02},900\n{text}\n\n" for k, text in enumerate(texts))
    return "".join(f"{k}\n{cue}" for k, cue in enumerate(cues, 1))


@pytest.mark.parametrize("numbers", [True, False])
def test_a_number_that_is_the_last_line_of_a_cue_is_text(file, numbers):
    text = srt("that was in the year\n1984", "42", "in\n1985").rstrip()
    if not numbers:
        text = "\n".join(line for line in text.split("\n") if line not in {"1", "2", "3"})
    assert [unit.text for unit in read(file("a.srt", text)).units] == [
        "that was in the year 1984",
        "42",
        "in 1985",
    ]


def test_entities_and_tags_of_a_reference_are_no_words(file):
    text = srt(r"{\an8}Tom &amp; <i>Ann</i>&nbsp;&#39;s", '<font color="#fff">AT&T</font> &lt;3')
    assert [unit.text for unit in read(file("a.srt", text)).units] == ["Tom & Ann 's", "AT&T <3"]


def test_marks_of_direction_in_our_files_are_no_part_of_words():
    assert normal("\u200f[ANN] \u05e9\u05dc\u05d5\u05dd\u2060 a\u200eb") == "ann \u05e9\u05dc\u05d5\u05dd ab"
