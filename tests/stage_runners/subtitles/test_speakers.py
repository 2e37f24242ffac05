"""What speakers are called, and the label before a text."""

from __future__ import annotations

import pytest

from ipc.speaker_labels import label
from stage_runners.subtitles.runner import cues_of
from stage_runners.subtitles.speakers import merge_namesakes, speaker_names
from tests.stage_runners.rows import PARAMS, said, segment, word
from tests.stage_runners.subtitles.documents import NAMES, A, B


def named(speaker, name, confidence=0.9):
    return {
        "speaker": speaker,
        "name": name,
        "confidence": confidence,
        "source": "dialogue",
        "evidence": ["0:12"],
    }


def test_speakers_are_counted_in_order_of_appearance():
    assert speaker_names([None, B, A, B]) == NAMES


def test_a_named_speaker_does_not_change_the_numbers_of_the_others():
    assert speaker_names([B, A], [named(A, "Aditi"), named(B, None)]) == {B: "Speaker 1", A: "Aditi"}


def test_two_voices_of_one_name_are_one_speaker():
    rows = [segment(0, speaker=B), segment(1, speaker=A), segment(2)]
    words = [word("Yes.", 0, 1, speaker=A)]
    segments, spoken = merge_namesakes(rows, words, {B: "Aditi", A: "Aditi"})
    assert [row["speaker"] for row in (*segments, *spoken)] == [B, B, None, B]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Diane", "[DIANE]"),
        ("Maximilian Featherstonehaugh-Smythe", "[MAXIMILIAN]"),
        ("Hubertblaineschlegelstein", "[HUBERTBLAINESCHLEGELST…]"),
        ("Featherstonehaugh, Bartholomew the Younger", "[FEATHERSTONEHAUGH]"),
        ("Featherstonehaugh, Bartholomew", "[FEATHERSTONEHAUGH]"),
    ],
)
def test_a_long_label_is_shortened_and_ends_without_a_comma(name, expected):
    assert label(name, 25) == expected


def labels(wanted, *speakers):
    words = [
        w
        for k, s in enumerate(speakers)
        for w in said("I am saying something.", 4.0 * k, speaker=s, segment=k)
    ]
    rows = [segment(k, 4.0 * k, 4.0 * k + 2, speaker=s) for k, s in enumerate(speakers)]
    cues = cues_of(rows, words, "en", {**PARAMS, "speaker_labels": wanted}, speaker_names(speakers))
    return [c.lines[0].label for c in cues]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("none", ["", "", ""]),
        ("change", ["[SPEAKER 1]", "", "[SPEAKER 2]"]),
        ("all", ["[SPEAKER 1]", "[SPEAKER 1]", "[SPEAKER 2]"]),
    ],
)
def test_labels_appear_where_requested(wanted, expected):
    assert labels(wanted, A, A, B) == expected


def test_a_film_with_one_speaker_needs_no_label():
    assert labels("change", A, A) == ["", ""]
    assert labels("all", A, A) == ["[SPEAKER 1]", "[SPEAKER 1]"]
