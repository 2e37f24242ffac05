"""Which cues are doubtful, and how much of the speech they show."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from stage_runners.subtitles.coverage import Trust, shares
from stage_runners.subtitles.cues import Cue, Line
from stage_runners.subtitles.formats import whisperx_json
from tests.stage_runners.subtitles.documents import document


def segment(number, start, end):
    return {"id": number, "start": start, "end": end}


def doubt(start, end, verdict="flagged", text="Thank you."):
    return {
        "start": start, "end": end, "segment": 99, "verdict": verdict, "text": text, "reasons": ["unsure"],
        "score": 0.5,
    }  # fmt: skip


def cue(start, end, segments, flags=()):
    return Cue(start, end, (Line("Words.", None),), tuple(segments), tuple(flags))


def marked(doubts, segments, cues):
    return ["doubtful" in one.flags for one in Trust(segments, doubts, None).flagged(cues)]


CUES = [cue(0, 2000, [0]), cue(2100, 4000, [1, 2])]
SEGMENTS = [segment(0, 0.0, 1.9), segment(1, 2.1, 3.0), segment(2, 3.0, 4.0)]


def test_a_cue_with_a_doubtful_segment_is_flagged_whatever_the_segment_id():
    assert marked([doubt(2.2, 3.1)], SEGMENTS, CUES) == [False, True]


def test_every_part_of_a_split_doubtful_segment_is_flagged():
    assert marked([doubt(0.1, 4.0)], SEGMENTS, CUES) == [True, True]


def test_recovered_text_is_doubtful_and_other_doubts_do_not_flag_neighbouring_cues():
    assert marked([doubt(0.0, 1.9, "recovered")], SEGMENTS, CUES) == [True, False]
    assert marked([doubt(0.0, 1.9, "dropped"), doubt(2.1, 4.0, "empty")], SEGMENTS, CUES) == [False, False]


def test_an_edited_cue_is_not_flagged_as_doubtful():
    assert marked([doubt(0.0, 4.0)], SEGMENTS, [cue(0, 2000, [0], ["edited"])]) == [False]


def test_speech_that_is_not_in_a_known_text_and_words_of_it_without_speech_are_flagged():
    doubts = [doubt(0.0, 1.9, "extra"), doubt(2.5, 2.5, "unspoken")]
    flags = [one.flags for one in Trust(SEGMENTS, doubts, None).flagged(CUES)]
    assert flags == [("not_in_text",), ("perhaps_unspoken",)]


def test_what_is_not_in_the_cues_flags_none():
    left_out = [
        {**doubt(0.0, 1.9, "extra"), "segment": None},
        {**doubt(2.5, 2.5, "unspoken"), "segment": None},
    ]
    assert [one.flags for one in Trust(SEGMENTS, left_out, None).flagged(CUES)] == [(), ()]


def test_a_doubt_that_only_partly_overlaps_segments_flags_none():
    assert marked([doubt(1.7, 2.3)], SEGMENTS, CUES) == [False, False]


@pytest.mark.parametrize(
    ("shown", "speech", "found"),
    [
        ([(0, 2)], [(0, 4)], (0.5, 0.0)),
        ([(0, 4)], [(0, 2)], (1.0, 0.5)),
        ([(0, 2), (1, 3)], [(0, 3)], (1.0, 0.0)),
        ([], [(0, 4)], (0.0, 0.0)),
        ([(0, 1)], [], (1.0, 1.0)),
        ([], [], (1.0, 0.0)),
    ],
)
def test_coverage_and_unsupported_time_are_measured(shown, speech, found):
    assert shares(shown, speech) == pytest.approx(found)


def test_both_measures_are_reported_together_or_not_at_all():
    facts = {}
    context = SimpleNamespace(fact=facts.__setitem__)
    Trust(SEGMENTS, [], None).report(CUES, context)
    assert facts == {}
    Trust(SEGMENTS, [], [{"start": 0.0, "end": 1.0}, {"start": 3.0, "end": 5.0}]).report(CUES, context)
    assert facts == pytest.approx({"coverage": 2 / 3, "unsupported": 1 - 2 / 3.9}, abs=1e-3)


def test_the_transcript_lists_dropped_lines_with_reasons():
    found = json.loads(whisperx_json.write(document(doubts=[doubt(1.0, 2.0, "dropped")])))
    assert found["doubts"] == [
        {
            "start": 1.0,
            "end": 2.0,
            "verdict": "dropped",
            "text": "Thank you.",
            "reasons": ["unsure"],
            "score": 0.5,
        }
    ]
    assert "doubts" not in json.loads(whisperx_json.write(document()))
