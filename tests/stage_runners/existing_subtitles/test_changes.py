"""What existing subtitles may change in a transcript, and what they may not."""

from __future__ import annotations

import pytest

from stage_runners.existing_subtitles import same_words
from stage_runners.existing_subtitles.fitting import Line
from stage_runners.existing_subtitles.passages import passages, share_recognised
from stage_runners.text.replaced_words import Replacement, replaced
from tests.stage_runners.rows import said, segment


def heard(text, **unsure):
    """Recognised words, .3 s each; `unsure` are the probabilities of single words, others have .95."""
    words = said(text, 1.0, 0.3)
    for word in words:
        plain = word["text"].strip(".,?!")
        word["probability"] = unsure.get(plain, 0.95)
    return words


def changes(words, *lines, **options):
    found = list(passages([Line(*line) for line in lines], words))
    options = {"capitals": False, **options}
    return [(one.before, one.after) for one in same_words.changes(found, words, "film.srt", **options)]


WORDS = "We left the fairy at the harbour."


def test_an_unsure_word_becomes_that_of_the_subtitles_between_words_that_both_have():
    words = heard(WORDS, fairy=0.4)
    assert changes(words, (0.9, 3.2, "We left the ferry at the harbour.")) == [("fairy", "ferry")]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("We left the captain at the harbour.", "it sounds otherwise"),
        ("We saw a ferry or a boat there.", "nothing beside it is the same"),
        ("Somebody left the ferry.", "nothing behind it is the same"),
    ],
)
def test_a_word_stays_if(line, why):
    assert changes(heard(WORDS, fairy=0.4), (0.9, 3.2, line)) == [], why


def test_a_word_that_was_surely_recognised_stays():
    assert changes(heard(WORDS, fairy=0.8), (0.9, 3.2, "We left the ferry at the harbour.")) == []


def test_subtitles_of_another_time_change_nothing():
    words = heard(WORDS, fairy=0.4)
    assert changes(words, (8.9, 11.2, "We left the ferry at the harbour.")) == []


def test_each_of_several_words_is_judged_for_itself():
    """A sure name beside an unsure word is not replaced with it."""
    words = heard("This is Diane and New Jersey calling.", **{"and": 0.3})
    line = (0.9, 3.5, "This is Doana in New Jersey calling.")
    assert changes(words, line) == [("and", "in")]


def test_numbers_are_a_matter_of_style():
    words = heard("I have twenty 4 boats.", **{"4": 0.3, "twenty": 0.3})
    assert changes(words, (0.9, 3, "I have twenty four boats.")) == []


def test_capitals_of_subtitles_in_capitals_tell_nothing():
    words = heard(WORDS, fairy=0.4)
    line = (0.9, 3.2, "WE LEFT THE FERRY AT THE HARBOUR.")
    assert changes(words, line, capitals=True) == [("fairy", "ferry")]


def test_words_that_were_cut_otherwise_share_their_time():
    words = heard("He was born in Bathroom Rouge last year.", Bathroom=0.3, Rouge=0.5)
    segments = [segment(0, 1.0, 3.8, text="He was born in Bathroom Rouge last year.")]
    new, lines, places = replaced(words, segments, [Replacement(first=4, last=6, texts=("Batonrouge",))])
    assert lines[0]["text"] == "He was born in Batonrouge last year."
    assert [word["text"] for word in new][3:6] == ["in", "Batonrouge", "last"]
    assert (new[4]["start"], new[4]["end"]) == (words[4]["start"], words[5]["end"])
    assert places == [0, 1, 2, 3, 4, 4, 5, 6]
    more, lines, _ = replaced(words, segments, [Replacement(first=4, last=5, texts=("Bath", "Room"))])
    assert lines[0]["text"] == "He was born in Bath Room Rouge last year."
    assert more[4]["end"] == more[5]["start"] == pytest.approx((words[4]["start"] + words[4]["end"]) / 2)
    assert more[4]["probability"] == 0.3


def test_a_word_is_replaced_at_its_place_and_not_where_its_letters_are():
    words = heard("sand and he and she")
    new, lines, _ = replaced(
        words, [segment(0, text=" sand, and he and she")], [Replacement(first=3, last=4, texts=("in",))]
    )
    assert " ".join(word["text"] for word in new) == "sand and he in she"
    assert lines[0]["text"] == " sand, and he in she"
    _, lines, _ = replaced(
        words, [segment(0, text="another text")], [Replacement(first=3, last=4, texts=("in",))]
    )
    assert lines[0]["text"] == "sand and he in she"


def test_the_share_of_words_that_were_recognised_tells_the_spoken_language():
    words = heard(WORDS)
    same = list(passages([Line(0.9, 3.2, "We left that ferry at the harbour.")], words))
    assert share_recognised(same) == (pytest.approx(5 / 7), 5)
    other = list(passages([Line(0.9, 3.2, "Wir haben die Fähre im Hafen gelassen.")], words))
    assert share_recognised(other)[1] == 0
