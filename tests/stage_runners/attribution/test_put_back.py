"""Words of a recording in which overlapping turns were laid out apart come back to the film's clock."""

from __future__ import annotations

import pytest

from stage_runners.attribution.put_back import doubts_back, laid_out, put_back
from stage_runners.attribution.runner import attributed
from stage_runners.attribution.viterbi import Turn
from tests.stage_runners.rows import said, segment

PIECES = [
    {"start": 0.0, "end": 1.0, "at": 0.0, "speaker": None},
    {"start": 1.4, "end": 5.4, "at": 1.0, "speaker": "A"},
    {"start": 5.8, "end": 7.8, "at": 3.0, "speaker": "B"},
    {"start": 8.2, "end": 12.2, "at": 5.0, "speaker": None},
]
TURNS = [Turn(0.1, 0.9, "B"), Turn(1.1, 4.9, "A"), Turn(3.1, 4.8, "B"), Turn(6.0, 8.0, "A")]


def words(*texts):
    """Words of segments, and the segments: each text with the time at which it begins in the recording."""
    rows = [said(text, start, segment=number) for number, (text, start) in enumerate(texts)]
    segments = [segment(n, own[0]["start"], own[-1]["end"], texts[n][0]) for n, own in enumerate(rows)]
    return segments, [row for own in rows for row in own]


def back(*texts):
    segments, said_words = words(*texts)
    given = attributed(segments, said_words, laid_out(TURNS, PIECES), laid_out(TURNS, PIECES))
    return put_back(*given, PIECES, TURNS)


def shown(segments):
    return [(one["speaker"], one["text"], round(one["start"], 2)) for one in segments]


def test_turns_go_to_the_clock_of_the_recording():
    assert laid_out(TURNS, PIECES) == [
        Turn(0.1, 0.9, "B"),
        Turn(1.4, 5.4, "A"),
        Turn(5.8, 7.8, "B"),
        Turn(pytest.approx(9.2), pytest.approx(11.2), "A"),
    ]


def test_two_texts_at_once_are_two_segments_that_overlap():
    segments, found = back(("I went there yesterday with all of them.", 1.5), ("Oh no.", 6.0), ("So.", 9.3))
    assert shown(segments) == [
        ("A", "I went there yesterday with all of them.", 1.1),
        ("B", "Oh no.", 3.2),
        ("A", "So.", 6.1),
    ]
    assert [one["id"] for one in segments] == [0, 1, 2]
    assert [word["segment"] for word in found] == [0] * 8 + [1] * 2 + [2]
    at_once = [word["text"] for word in found if word["overlap"]]
    assert at_once == ["of", "them.", "Oh", "no."]


def test_a_recognised_line_that_goes_over_two_pieces_is_split():
    segments, _ = back(("one two three four five six seven eight nine ten eleven twelve thirteen.", 1.5))
    starts = [(one["speaker"], one["text"].split()[0]) for one in segments]
    assert starts == [("A", "one"), ("B", "thirteen.")]
    assert segments[0]["end"] <= 5.0


def test_sentences_are_read_in_the_order_in_which_they_begin():
    segments, found = back(("I went there. Nobody came. It was late.", 1.5), ("Oh.", 6.0))
    assert shown(segments) == [
        ("A", "I went there.", 1.1),
        ("A", "Nobody came.", 2.15),
        ("A", "It was late.", 2.85),
        ("B", "Oh.", 3.2),
    ]
    assert [word["segment"] for word in found] == [0] * 3 + [1] * 2 + [2] * 3 + [3]


def test_a_line_beside_which_nobody_speaks_keeps_its_sentences_together():
    segments, _ = back(("One. Two.", 9.3))
    assert shown(segments) == [("A", "One. Two.", 6.1)]


def test_doubts_move_too_and_stay_in_order():
    doubt = {"segment": None, "verdict": "empty", "text": "", "reasons": [], "score": 1.0}
    rows = [{**doubt, "start": 5.0, "end": 5.3}, {**doubt, "start": 6.0, "end": 6.5}]
    assert [(row["start"], row["end"]) for row in doubts_back(rows[::-1], PIECES)] == [
        (pytest.approx(3.2), pytest.approx(3.7)),
        (pytest.approx(4.6), pytest.approx(4.9)),
    ]


def test_a_word_in_the_pause_between_two_pieces_belongs_to_the_nearer_one():
    for start, end, speaker, at in ((5.4, 5.6, "A", 5.0), (5.6, 5.8, "B", 3.0)):
        word = {**said("Yes.")[0], "start": start, "end": end}
        segments, found = put_back([segment(0, start, end, "Yes.", speaker="A")], [word], PIECES, TURNS)
        assert (found[0]["start"], found[0]["end"], found[0]["speaker"]) == (at, at, speaker)
        assert (segments[0]["start"], segments[0]["speaker"]) == (at, speaker)
