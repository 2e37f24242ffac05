"""Lines end where a reader would take a breath."""

from __future__ import annotations

from itertools import pairwise

import pytest

from stage_runners.subtitles.line_breaks import Lines
from stage_runners.subtitles.thresholds import LINE_BREAKS
from stage_runners.subtitles.tokens import tokens
from stage_runners.text.grammar import ending
from tests.stage_runners.rows import around, said, segment, word


def broken(text, width=42, count=2, language="en", lead=0):
    words = said(text)
    return shown(tokens(around(words), words, width), width, count, language, lead)


def broken_spaceless(parts, width=16, language="ja"):
    words = [word(part, k * 0.2, k * 0.2 + 0.2, space=False) for k, part in enumerate(parts)]
    return shown(tokens(around(words), words, width), width, 2, language, 0)


def shown(cut, width, count, language, lead):
    lines = Lines(cut, language, width, count)
    found = lines.best(0, len(cut), lead)
    if found is None:
        return None
    edges = [0, *found[1], len(cut)]
    return [lines.text(a, b) if b > a else "" for a, b in pairwise(edges)]


def test_what_fits_one_line_stays_on_one():
    assert broken("So what is luck?") == ["So what is luck?"]


def test_a_line_ends_after_punctuation():
    assert broken("Apparently they have gone, we only found the car") == [
        "Apparently they have gone,",
        "we only found the car",
    ]


def test_a_line_ends_before_a_conjunction_or_a_preposition():
    assert broken("We were looking for the old house behind the railway station") == [
        "We were looking for the old house",
        "behind the railway station",
    ]


def test_an_article_stays_with_its_noun():
    lines = broken("Nobody remembered seeing anything but the grandfather clock")
    assert not lines[0].endswith("the")


def test_a_name_is_not_split_over_two_lines():
    above, _ = broken("we suddenly recognised Harriet Featherstone standing there")
    assert not above.endswith("Harriet")


def test_lines_are_about_the_same_length():
    above, below = broken("twelve thirteen fourteen fifteen sixteen seventeen eighteen")
    assert abs(len(above) - len(below)) <= 10


def test_text_too_long_for_a_cue_gets_no_lines():
    assert broken("word " * 30) is None


def test_three_lines_are_used_if_allowed():
    assert len(broken("one two three four five six seven eight nine ten eleven", width=20, count=3)) == 3


def test_a_label_takes_room_in_the_first_line():
    lines = broken("Tell me what happened when you came home", lead=len("[SPEAKER 1] "))
    assert len(lines) == 2
    assert len(lines[0]) <= 30


def test_japanese_lines_start_with_no_punctuation_nor_small_kana():
    above, below = broken_spaceless(list("きょうはとてもいいてんきですね、さんぽにいきましょう。"))
    assert above + below == "きょうはとてもいいてんきですね、さんぽにいきましょう。"
    assert below[0] not in "、。ょーっ"


def test_a_katakana_word_is_not_split():
    assert broken_spaceless([*"これを使うと", "オーディ", "オ", "データを", *"見ます"])[0] == "これを使うと"


def test_a_mark_stays_on_its_letter():
    cut = tokens([segment(0, 0, 2)], [word("ที่", 0, 1, space=False), word("่นั่น", 1, 2, space=False)], 16)
    assert Lines(cut, "th", 16, 2).breaks[1] == LINE_BREAKS.forbidden


def test_a_word_longer_than_a_line_is_split_without_loss():
    text = "https://example.org/a/very/long/address/that/goes/on-and-on/for-ever"
    lines = broken(text)
    assert "".join(lines) == text
    assert lines[0].endswith(("/", "-"))


@pytest.mark.parametrize(
    ("text", "following", "expected"),
    [
        ("door.", "And", "sentence"),
        ("door?”", "And", "sentence"),
        ("Dr.", "Jones", ""),
        ("J.", "R.", ""),
        ("etc.", "and", ""),
        ("です。", "それ", "sentence"),
        ("है।", "और", "sentence"),
        ("door,", "and", "clause"),
        ("door", "and", ""),
    ],
)
def test_the_end_of_a_sentence_is_recognised(text, following, expected):
    assert ending(text, following) == expected


@pytest.mark.parametrize(
    ("language", "text", "following", "expected"),
    [
        ("el", "\u03b1\u03c0\u03cc\u03c8\u03b5;", "\u0394\u03b5\u03bd", "sentence"),
        ("fr", "maison;", "Mais", "clause"),
        ("hy", "\u057f\u0578\u0582\u0576\u0589", "\u0535\u057d", "sentence"),
        ("en", "Jan.", "5", ""),
        ("en", "no.", "Why", "sentence"),
        ("de", "3.", "Oktober", ""),
        ("de", "19.", "Jahrhundert", ""),
        ("de", "12.", "Und", "sentence"),
        ("de", "1945.", "Danach", "sentence"),
        ("en", "12.", "Michael", "sentence"),
    ],
)
def test_the_language_tells_where_a_sentence_ends(language, text, following, expected):
    assert ending(text, following, language) == expected
