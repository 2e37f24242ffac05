"""The entries of subtitle files, good and damaged: none is lost, none is invented, each is at its place."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stage_runners.edited_files import vtt
from stage_runners.subtitle_files import entries, markup
from stage_runners.subtitle_files.plain_cues import plain_cues

HEAD = "[Script Info]\n\n[Events]\n"


def shown(text, kind=""):
    found = entries.read(text, kind)
    return [(e.start.shown, e.end.shown, e.text) for e in found.events if e.shown]


def test_the_place_of_a_text_and_its_times_is_known_with_every_line_end():
    text = (
        "1\n00:00:01,000 --> 00:00:02,000 X1:1\n<i>One\nmore</i>\n\n2\n00:00:03,000 --> 00:00:04,000\nTwo\n"
    )
    for end in ("\n", "\r\n", "\r"):
        whole = text.replace("\n", end)
        one, two = entries.read(whole).events
        assert (whole[one.first : one.last], one.settings) == (f"<i>One{end}more</i>", "X1:1")
        assert (one.line, two.line, two.text) == (2, 7, "Two")
        assert whole[two.start.first :].startswith("00:00:03,000 -->")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nHi\n", "vtt"),
        ("\ufeff\n[script info]\n", "ass"),
        ("; made by hand\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,Hi\n", "ass"),
        ("1\n00:00:01,000 --> 00:00:02,000\n[Events]\n", "srt"),
        ("", "srt"),
    ],
)
def test_the_content_tells_the_kind(text, kind):
    assert entries.read(text).kind == kind


def test_numbers_of_cues_are_no_text_and_numbers_that_are_said_stay():
    cue = "00:00:0{},000 --> 00:00:0{},900\n{}\n\n"
    cues = [cue.format(k, k, text) for k, text in enumerate(("in\n1984", "42", "7"), 1)]
    said = [(1.0, 1.9, "in\n1984"), (2.0, 2.9, "42"), (3.0, 3.9, "7")]
    assert shown("".join(cues)) == said
    assert shown("".join(f"{k}\n{cue}" for k, cue in enumerate(cues, 1))) == said
    assert shown("".join(f"{k}\n\n{cue}" for k, cue in enumerate(cues, 1))) == said
    assert shown("".join(f"{k}\n{cue}".replace("\n\n", "\n") for k, cue in enumerate(cues, 1))) == said
    first_lost = "".join([cues[0], *(f"{k}\n{cue}" for k, cue in enumerate(cues[1:], 2))])
    assert shown(first_lost) == said


def test_in_webvtt_a_number_before_an_empty_line_is_text():
    texts = ("5", "4", "In\n1984", "3")
    said = [(float(k), k + 0.9, text) for k, text in enumerate(texts, 1)]
    cues = [f"{k}\n00:0{k}.000 --> 00:0{k}.900\n{text}\n\n" for k, text in enumerate(texts, 1)]
    whole = "WEBVTT\n\n" + "".join(cues)
    assert shown(whole) == said
    assert [cue.text for cue in vtt.read(whole).cues] == list(texts)
    assert shown(whole.replace("\n\n", "\n \n")) == said
    assert shown("WEBVTT\n\n" + "".join(cues).replace("\n\n", "\n")) == said


def test_a_number_that_is_said_stays_where_the_next_cue_lacks_its_number():
    cues = [f"{k}\n00:00:0{k},000 --> 00:00:0{k},900\n{text}\n\n" for k, text in enumerate("a7b8c", 1)]
    unnumbered = [cues[0], cues[1], cues[2][2:], cues[3], cues[4][2:]]
    for text in ("".join(unnumbered), "".join(unnumbered).replace("\n", "\n\n")):
        assert [said for _, _, said in shown(text)] == list("a7b8c")
    stray = "".join(cues).replace("\n3\n", "\n3\n\n")  # an empty line below a number
    assert [said for _, _, said in shown(stray)] == list("a7b8c")


def test_a_damaged_time_ends_the_cue_before_it_and_keeps_its_text_apart():
    text = "1\n00:00:01,000 --> 00:00:02,000\nOne\n\n2\n{}\nTwo\n\n3\n00:00:05,000 --> 00:00:06,000\nThree\n"
    for times in ("00:00:0x,000 --> 00:00:04,000", "xx --> 00:00:04,000", "00:99:99,000 --> 00:99:99,500"):
        found = entries.read(text.format(times))
        assert [event.text for event in found.events] == ["One", "Three"]
        assert [(bad.line, bad.written, bad.text) for bad in found.malformed] == [(6, times, "Two")]
    assert not entries.read(text.format("He --> me, 10:30 --> go")).malformed


def test_a_line_of_blanks_is_part_of_a_cue_of_webvtt_as_youtube_writes_it():
    text = "WEBVTT\nKind: captions\n\n00:01.000 --> 00:02.000 align:start\n \nHi<00:01.500><c> you</c>\n\n"
    assert shown(text) == [(1.0, 2.0, "Hi<00:01.500><c> you</c>")]
    blanks = "WEBVTT \n \n00:01.000 --> 00:02.000 \nHi \n \nid \n00:03.000 --> 00:04.000 \nYou \n"
    assert shown(blanks) == [(1.0, 2.0, "Hi"), (3.0, 4.0, "You")]


def test_notes_of_webvtt_hide_cues_and_other_blocks_are_named():
    text = (
        "WEBVTT\n\nSTYLE\n::cue { color: red } /* 00:01 --> */\n\nNOTE\n00:01.000 --> 00:02.000\nnot this\n\n"
        "NOTEBOOK\n00:03.000 --> 00:04.000\nthis\n\n5,0 --> 6,0\nbroken\n"
    )
    assert shown(text) == [(3.0, 4.0, "this")]
    found = entries.read(text)
    assert [(event.sort, event.shown) for event in found.events] == [("comment", False), ("cue", True)]
    assert [(bad.line, bad.text) for bad in found.malformed] == [(14, "broken")]
    assert entries.cue_lines.unread_blocks(text) == ["STYLE"]


def test_the_columns_of_ass_are_those_of_its_format_line():
    text = HEAD + "Format: Start, End, Actor, Text\n Dialogue: 0:00:01.00,0:00:02.00, Bob ,Hi, you\n"
    (event,) = entries.read(text).events
    assert (event.start.seconds, event.fields["name"], event.text) == (1.0, "Bob", "Hi, you")
    bare = (
        "Dialogue: 0,0:00:01.00,0:00:02.00,D,Ann,0,0,0,,Hi\nComment: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,no\n"
    )
    assert [(e.sort, e.shown) for e in entries.read(bare, "ass").events] == [
        ("dialogue", True), ("comment", False),
    ]  # fmt: skip
    assert entries.read(HEAD + "Dialogue: 0,0:00:01.00\n").malformed[0].line == 4


def test_markup_is_taken_off_and_what_only_looks_like_it_stays():
    srt = r'<font color="#ff0000">I</font> <3 <b>you</b> {\an8}{so} 5 < 6 &amp; AT&T &copy2\Nnext'
    assert markup.plain(srt, "srt") == "I <3 you {so} 5 < 6 & AT&T &copy2\nnext"
    assert (
        markup.plain(r"{\i1}a\Nb\hc{note}\{d\}<i> &amp; {unclosed", "ass") == "a\nb c{d}<i> &amp; {unclosed"
    )
    assert markup.plain(r"sign {\p1}m 0 0 l 1 1{\p0} text {\an8\p2}m 9 9", "ass") == "sign  text "
    (event,) = entries.read("WEBVTT\n\n00:01.000 --> 00:02.000\n<v.x Ann  Lee>Hi <i>you</i></v> all\n").events
    assert markup.spans(event, "vtt") == [("Ann Lee", "Hi you"), (None, " all")]


def said(text, kind=""):
    return [(cue.start, [(one.speaker, one.text) for one in cue.said]) for cue in plain_cues(text, kind)]


def test_plain_cues_have_words_and_speakers_without_dashes_names_and_sounds():
    text = (
        "1\n00:00:05,000 --> 00:00:06,000\n- ANNA: <i>Hello</i> (softly) there.\n- Where?\n\n"
        "2\n00:00:01,000 --> 00:00:02,000\n[door slams]\n\n"
        "3\n00:00:03,000 --> 00:00:04,000\n[DOOR SLAMS]\n[DR. O'NEIL] Yes, [sighs] no.\nMAN: Oh: well.\n\n"
        "4\n00:00:07,000 --> 00:00:08,000\nANNA:\n♪ La la ♪\n\n5\n-00:00:01,000 --> 00:00:00,500\n\n"
    )
    assert said(text) == [
        (1.0, []),
        (3.0, [("DR. O'NEIL", "Yes, no."), (None, "Oh: well.")]),
        (5.0, [("ANNA", "Hello there."), (None, "Where?")]),
        (7.0, [("ANNA", "La la")]),
    ]
    cues = plain_cues(text)
    assert (cues[0].lines, cues[2].text) == (("[door slams]",), "Hello there. Where?")
    assert [one.sung for one in cues[3].said] == [True]


def test_plain_cues_have_the_speakers_that_the_format_names():
    vtt = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>Hi.</v>\n<v Bob>BOSS: Ho.\n"
    assert said(vtt) == [(1.0, [("Ann", "Hi."), ("Bob", "Ho.")])]
    ass = HEAD + "Dialogue: 0,0:00:01.00,0:00:02.00,D,Ann,0,0,0,,{\\i1}Hi\\Nyou\n"
    assert said(ass) == [(1.0, [("Ann", "Hi you")])]


def test_lower_case_and_words_before_a_colon_are_no_names():
    for line in ("Remember: go.", "He said: go.", "10:30 is late.", "\u0938\u092e\u092f: \u091c\u093e"):
        assert said(f"1\n00:00:01,000 --> 00:00:02,000\n{line}\n") == [(1.0, [(None, line)])]


@given(st.text(alphabet="0123456789:,.-> \n\r\t<>/{}\\[]vNOTEWBpih&;Dialogue", max_size=300))
def test_any_text_has_cues_or_none(text):
    for kind in ("", "srt", "vtt", "ass"):
        for event in entries.read(text, kind).events:
            assert 0 <= event.first <= event.last <= len(text)
        plain_cues(text, kind)


def in_each_kind(body):
    yield f"1\n00:00:01,000 --> 00:00:02,000\n{body}\n"
    yield f"WEBVTT\n\n00:01.000 --> 00:02.000\n{body}\n"
    yield f"{HEAD}Dialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,{body}\n"


def seconds_for(texts):
    begin = time.process_time()
    for text in texts:
        plain_cues(text)
    return time.process_time() - begin


@pytest.mark.parametrize("part", ["{", "<", "[", "{\\p1", "<v ", "[A] ", "-->", "0:", "}", "{}", "(["])
def test_brackets_and_braces_that_nobody_closes_take_no_time(part):
    assert seconds_for(in_each_kind(part * (200_000 // len(part)))) < 2


@pytest.mark.parametrize("body", ["<a.", "<a ", "<abcdefghijklmnopqrstuvw", "[", "{\\", "("])
def test_a_long_tag_that_nobody_closes_takes_no_time(body):
    assert seconds_for(in_each_kind(body + "x" * 200_000)) < 2


def test_names_alone_on_thousands_of_lines_of_one_cue_take_no_time():
    assert seconds_for(in_each_kind("A:\n" * 60_000)) < 4


@pytest.mark.parametrize("end", ["\n \n", "\n\n", "\n7\n"])
def test_thousands_of_cues_take_no_time_also_if_their_empty_lines_have_blanks(end):
    cues = f"00:01.000 --> 00:02.000\nHi{end}" * 8000
    assert seconds_for([f"WEBVTT{end}{cues}"]) < 4
