"""`orchestrator score` on the telephone call, against the references that come with the recording."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.env("scoring")


@pytest.fixture(scope="module")
def run(program, finished, film, tmp_path_factory):
    """Files of a run on the film that is the last one."""
    folder = tmp_path_factory.mktemp("scored")
    program("run", film, "-o", folder, "--no-mux")
    return folder


def references(recording, *endings):
    return [word for ending in endings for word in ("--reference", recording.with_suffix(ending))]


def test_a_run_is_scored_by_the_metrics_that_its_references_support(program, run, film, recording):
    told = json.loads(program("score", film, *references(recording, ".stm", ".rttm"), "--json").stdout)
    scores = told["scores"]
    assert 0 < scores["wer"]["rate"] < 0.4
    assert scores["wer"]["rate"] <= scores["cpwer"]["rate"] < 0.5
    assert set(scores["cpwer"]["speakers"]) == {"Diane", "Sheila"}
    assert scores["speakers"]["found"] == scores["speakers"]["true"] == 2
    parts = sum(scores["der"][part] for part in ("missed", "false_alarm", "confusion"))
    assert scores["der"]["rate"] == pytest.approx(parts, abs=2e-4)
    assert scores["der_025"]["rate"] < scores["der"]["rate"] < 0.3
    assert scores["segment_times"]["median_ms"] < 200
    assert scores["rules"]["ours"]["fair"] == 1
    assert {"suber", "cue_times", "word_times"} <= set(told["left_out"])
    assert not set(told["left_out"]) & set(scores)


def test_given_files_score_like_the_run_that_wrote_them(program, run, film, recording):
    files = [word for name in ("demo.json", "demo.en.srt") for word in ("--hypothesis", run / name)]
    shown = program("score", film, *references(recording, ".stm"), *files).stdout
    own = program("score", film, *references(recording, ".stm")).stdout
    told = [next(line for line in text.splitlines() if "cpWER" in line) for text in (shown, own)]
    assert told[0].split()[:2] == told[1].split()[:2]
    assert "SubER" in shown


def test_our_own_subtitles_as_reference_give_no_errors(program, run, film):
    told = json.loads(program("score", film, "--reference", run / "demo.en.srt", "--json").stdout)
    assert told["scores"]["suber"]["rate"] == 0
    assert told["scores"]["cue_times"]["worst_ms"] == 0
    assert told["scores"]["cue_times"]["matched"] == 1


def test_an_impossible_scoring_request_is_an_error_with_a_message(program, run, film, tmp_path):
    wrong = tmp_path / "speakers.rttm"
    wrong.write_text("SPEAKER demo 1 zero 1.0 <NA> <NA> A <NA> <NA>\n")
    assert "speakers.rttm, line 1" in program("score", film, "--reference", wrong, status=4).stderr
    copy = tmp_path / "other.mkv"
    copy.write_bytes(film.read_bytes())
    assert "no results yet" in program("score", copy, "--reference", wrong, status=4).stderr
    wrong.write_text("SPEAKER demo 1 1.0 1.0 <NA> <NA> A <NA> <NA>\n")
    asked = ("score", film, "--reference", wrong, "--track", "de")
    assert "--target-language de" in program(*asked, status=4).stderr
