"""Files of the transcript and of the turns: text, table, JSON and RTTM."""

from __future__ import annotations

import json

from stage_runners.subtitles.formats import rttm, tsv, txt, whisperx_json
from stage_runners.subtitles.output_format import Beside
from tests.stage_runners.rows import segment, word
from tests.stage_runners.subtitles.documents import NAMES, A, B, document


def json_of(segments, words=(), **more):
    return json.loads(whisperx_json.write(document(segments=segments, words=words, **more)))


def test_txt_has_a_line_for_each_segment():
    rows = [segment(0, text="Hello.", speaker=B), segment(1, text="Who?")]
    assert txt.write(document(segments=rows, names=NAMES)) == "[SPEAKER 1] Hello.\nWho?\n"


def test_tsv_has_milliseconds():
    rows = [segment(0, 0.5, 1.25, "a\tb")]
    assert tsv.write(document(segments=rows)) == "start\tend\ttext\n500\t1250\ta b\n"


def test_json_has_the_shape_of_whisperx():
    rows = [segment(0, 0.0, 1.0, "Hello there.", speaker=B)]
    words = [word("Hello", 0.0, 0.4, speaker=B), word("there.", speaker=B)]
    assert json_of(rows, words) == {
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


def test_json_without_speech_is_valid():
    assert json_of([], language="und") == {"segments": [], "word_segments": [], "language": "und"}


def test_json_has_the_source_of_every_speakers_name():
    aditi = {"speaker": A, "name": "Aditi", "confidence": 0.9, "source": "dialogue", "evidence": ["0:12"]}
    found = json_of([segment(speaker=A)], speakers=[aditi])
    assert found["speakers"] == {
        A: {"name": "Aditi", "confidence": 0.9, "source": "dialogue", "evidence": ["0:12"]}
    }
    assert found["segments"][0]["speaker"] == A


def test_json_gives_a_segment_its_language_only_if_several_are_spoken():
    one, other = segment(0, language="en"), segment(1, language="de")
    assert "language" not in json_of([one])["segments"][0]
    assert [row["language"] for row in json_of([one, other])["segments"]] == ["en", "de"]


TURNS = [{"start": 0.5, "end": 2.0, "speaker": A}, {"start": 1.0, "end": 2.25, "speaker": B}]


def test_rttm_keeps_overlap_and_does_not_depend_on_the_name_of_the_film():
    assert rttm.write(document(turns=TURNS)) == (
        "SPEAKER film 1 0.500 1.500 <NA> <NA> SPEAKER_00 <NA> <NA>\n"
        "SPEAKER film 1 1.000 1.250 <NA> <NA> SPEAKER_01 <NA> <NA>\n"
    )


def test_rttm_names_its_recording_after_the_film_without_spaces():
    text = rttm.for_film(rttm.write(document(turns=TURNS)), Beside("My  film 2.mkv", "My  film 2"))
    assert [line.split()[:4] for line in text.splitlines()] == [
        ["SPEAKER", "My_film_2", "1", "0.500"],
        ["SPEAKER", "My_film_2", "1", "1.000"],
    ]
