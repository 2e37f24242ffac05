"""Attribution and subtitles as processes of their own, from artifacts to files."""

from __future__ import annotations

import json

import pysubs2
import pytest

from ipc.artifacts import read, write
from tests.stage_runners.rows import said, segment
from tests.stage_runners.spec import run_stage

TURNS = [
    {"start": 0.0, "end": 1.4, "speaker": "SPEAKER_01", "confidence": 0.9},
    {"start": 1.9, "end": 4.0, "speaker": "SPEAKER_00", "confidence": 0.9},
]
WORDS = said("Where have you been?", 0.0) + said("I was in the car.", 2.0)
DOUBT = {
    "start": 2.0, "end": 3.9, "segment": 0, "verdict": "flagged", "text": "I was", "reasons": ["unlikely"],
    "score": 0.5,
}  # fmt: skip
TABLES = ("segments", "words", "turns", "exclusive_turns", "doubts")


def columns(rows):
    return {name: [row[name] for row in rows] for name in rows[0]}


@pytest.fixture
def artifacts(tmp_path):
    """Segments, words and turns on disk."""
    paths = {name: tmp_path / f"{name}.parquet" for name in TABLES}
    write(paths["doubts"], "doubts", columns([DOUBT]))
    write(
        paths["segments"],
        "segments",
        columns([segment(0, 0.0, 4.0, "Where have you been? I was in the car.")]),
    )
    write(paths["words"], "words", columns(WORDS))
    write(paths["turns"], "turns", columns(TURNS))
    write(paths["exclusive_turns"], "turns", columns(TURNS))
    return paths


@pytest.fixture(
    params=[
        "here",
        pytest.param("environments", marks=pytest.mark.env("nlp", "media")),
    ]
)
def environments(request):
    """Environments for both stages: none, for this interpreter, and their own."""
    if request.param == "here":
        return {"attribution": None, "subtitles": None}
    return {"attribution": "nlp", "subtitles": "media"}


def test_words_and_turns_become_subtitles_with_speakers(artifacts, tmp_path, environments):
    done, first = run_stage("attribution", artifacts, tmp_path, env=environments["attribution"])
    assert done.returncode == 0, done.stderr
    segments = read(first / "segments.parquet", "segments").rows()
    assert [(s["text"], s["speaker"]) for s in segments] == [
        ("Where have you been?", "SPEAKER_01"),
        ("I was in the car.", "SPEAKER_00"),
    ]
    inputs = {
        "segments": first / "segments.parquet",
        "words": first / "words.parquet",
        "turns": artifacts["turns"],
    }
    done, out = run_stage("subtitles", inputs, tmp_path, env=environments["subtitles"])
    assert done.returncode == 0, done.stderr
    cues = read(out / "cues.parquet", "cues")
    assert cues.content["language"] == "en"
    assert [(c["text"], c["speakers"]) for c in cues.rows()] == [
        ("Where have you been?", ["SPEAKER_01"]),
        ("I was in the car.", ["SPEAKER_00"]),
    ]
    assert [e.plaintext for e in pysubs2.load(str(out / "subtitles.srt"))] == [
        "[SPEAKER 1] Where have you been?",
        "[SPEAKER 2] I was in the car.",
    ]
    assert "<v Speaker 2>I was in the car.</v>" in (out / "subtitles.vtt").read_text()
    assert [e.name for e in pysubs2.load(str(out / "subtitles.ass"))] == ["Speaker 1", "Speaker 2"]
    assert json.loads((out / "transcript.json").read_text())["segments"][1]["speaker"] == "SPEAKER_00"
    assert (out / "speakers.rttm").read_text().count("SPEAKER film 1 ") == 2


def test_without_diarization_the_tables_do_not_change_and_nothing_is_degraded(artifacts, tmp_path):
    inputs = {name: artifacts[name] for name in ("segments", "words", "doubts")}
    done, first = run_stage("attribution", inputs, tmp_path)
    assert done.returncode == 0, done.stderr
    for name, path in inputs.items():
        before, after = read(path, name), read(first / f"{name}.parquet", name)
        assert after.digest == before.digest
        assert after.provenance["degraded"] == []
    given = {name: first / f"{name}.parquet" for name in ("segments", "words")}
    done, out = run_stage("subtitles", given, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "SPEAKER" not in (out / "subtitles.srt").read_text()
    assert (out / "speakers.rttm").read_text() == ""
    assert "speaker" not in json.loads((out / "transcript.json").read_text())["segments"][0]


def test_a_film_without_speech_gives_valid_empty_files(tmp_path):
    paths = {name: tmp_path / f"{name}.parquet" for name in TABLES}
    write(paths["doubts"], "doubts", {name: [] for name in DOUBT})
    write(paths["segments"], "segments", {name: [] for name in segment()})
    write(paths["words"], "words", {name: [] for name in WORDS[0]})
    for name in ("turns", "exclusive_turns"):
        write(paths[name], "turns", {name: [] for name in TURNS[0]})
    done, first = run_stage("attribution", paths, tmp_path)
    assert done.returncode == 0, done.stderr
    inputs = {name: first / f"{name}.parquet" for name in ("segments", "words")}
    done, out = run_stage("subtitles", {**inputs, "turns": paths["turns"]}, tmp_path)
    assert done.returncode == 0, done.stderr
    assert read(out / "cues.parquet", "cues").content["language"] == "und"
    assert (out / "subtitles.srt").read_text() == ""
    assert (out / "subtitles.vtt").read_text() == "WEBVTT\n"
    assert json.loads((out / "transcript.json").read_text())["segments"] == []


def test_an_invalid_limit_is_an_error_with_a_message(artifacts, tmp_path):
    inputs = {name: artifacts[name] for name in ("segments", "words")}
    done, _ = run_stage("subtitles", inputs, tmp_path, {"max_line_width": 2})
    assert done.returncode == 1
    assert "--max-line-width 2: a line needs at least 16 characters" in done.stdout + done.stderr
