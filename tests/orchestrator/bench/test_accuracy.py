"""Folders with references, the table of their scores, and the change since the last; nothing is run."""

from __future__ import annotations

import dataclasses
import json

import pytest

from orchestrator.bench import accuracy, references, scores
from orchestrator.bench.accuracy import Accuracy, Scored
from orchestrator.bench.references import REFERENCES, Case
from orchestrator.errors import INPUT, FatalError
from stage_runners.scoring.reference_files import READERS


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    place = tmp_path / "data"
    place.mkdir()
    return place


def film(place, name="movie.mkv", *beside, **facts):
    place.mkdir(exist_ok=True)
    for one in (name, *beside):
        (place / one).write_text("x")
    if facts:
        (place / "truth.json").write_text(json.dumps(facts))


def test_the_endings_of_references_are_those_that_score_reads():
    assert set(READERS) - {".json"} <= {*REFERENCES}


def test_two_recordings_of_one_name_and_scores_that_are_no_list_are_refused(folder):
    film(folder / "talk", "movie.mkv", "truth.srt", scores="wer")
    assert references.cases(folder)[0].error == "truth.json: scores is not a list"
    film(folder, "talk.wav", "talk.srt")
    with pytest.raises(FatalError, match="talk: two recordings have this name") as caught:
        references.cases(folder)
    assert caught.value.status == INPUT


def test_recordings_are_found_in_folders_and_beside_each_other(folder):
    film(folder / "ted", "movie.mp4", "truth.txt", "truth.de.srt", language="en", scores=["wer"])
    film(folder / "music", "movie.mkv", speakers=0)
    film(folder / "nothing", "movie.mkv")
    film(folder, "call.wav", "call.stm", "call.rttm", "other.txt")
    call, music, ted = references.cases(folder)
    assert [path.name for path in call.references] == ["call.rttm", "call.stm"]
    assert music.silent
    assert ted.scores == ("wer",)
    assert [path.name for path in ted.usable("en")] == ["truth.txt"]


def test_a_reference_in_the_detected_language_is_used_and_a_translation_is_not(folder):
    film(folder / "a", "movie.mkv", "truth.cs.srt", "truth.en.srt", "truth.zh-Hans.srt")
    (case,) = references.cases(folder)
    assert [path.name for path in case.usable("cs")] == ["truth.cs.srt"]
    assert [path.name for path in case.usable("zh-Hant")] == ["truth.zh-Hans.srt"]
    assert case.usable("hu") == ()


def test_a_folder_that_cannot_be_used_is_a_row_with_the_reason(folder):
    film(folder / "two", "a.mkv", "b.mkv", "truth.txt")
    film(folder / "bad", "a.mkv", "truth.txt")
    (folder / "bad" / "truth.json").write_text("{")
    bad, two = (accuracy.score(case, (), folder / "out") for case in references.cases(folder))
    assert "a.mkv, b.mkv" in two.error
    assert "truth.json" in bad.error


def test_a_folder_without_recordings_is_refused(folder):
    with pytest.raises(FatalError, match="no recording with a reference") as refused:
        references.cases(folder)
    assert refused.value.status == INPUT
    with pytest.raises(FatalError, match="no such folder"):
        references.cases(folder / "absent")


def test_a_run_that_fails_is_a_row_and_the_others_go_on(folder, monkeypatch):
    cases = [Case(name=name, film=folder / f"{name}.mkv") for name in ("a", "b", "c")]

    def run(film, _options, _out):
        return "asr: no memory" if film.stem == "b" else ""

    monkeypatch.setattr(accuracy, "_run", run)
    monkeypatch.setattr(accuracy, "_scored", lambda case: Scored(name=case.name, language="en"))
    done, interrupted = accuracy.measure(cases, (), folder, lambda _: None)
    assert [(one.name, one.error) for one in done] == [("a", ""), ("b", "asr: no memory"), ("c", "")]
    assert not interrupted

    def stop(case):
        if case.name == "c":
            raise KeyboardInterrupt
        return Scored(name=case.name)

    monkeypatch.setattr(accuracy, "_scored", stop)
    done, interrupted = accuracy.measure(cases, (), folder, lambda _: None)
    assert ([one.name for one in done], interrupted) == (["a", "b"], True)


def recording(name, wer, words=100, *, der=0.2, found=2, **more):
    return Scored(
        name=name, language="en", **more,
        scores={
            "wer": {"rate": wer, "of": words}, "der": {"rate": der, "of_s": words / 2},
            "speakers": {"found": found, "true": 2},
            "rules": {"ours": {"clean": 0.5, "fair": 1.0, "cues": 8}},
        },
    )  # fmt: skip


def scored(*recordings, **more):
    facts = {"folder": "data", "date": "2026-11-29T18:00:00+00:00", "version": "0.1.0", "commit": ""}
    return Accuracy(**{**facts, "recordings": recordings, **more})


def test_the_last_row_pools_by_words_and_seconds():
    found = scores.table(scored(recording("a", 0.1, 300), recording("b", 0.5, 100, found=3)), None)
    assert [row[0] for row in found.rows] == ["a", "b", "all"]
    assert found.rows[-1][2] == "20.0%"
    assert found.rows[-1][-2] == "1 of 2 right"
    assert found.rows[1][-2] == "3 of 2"


def test_the_table_shows_the_change_since_the_last_and_failures():
    before = scored(recording("a", 0.1), recording("gone", 0.9))
    now = scored(recording("a", 0.08), Scored(name="b", error="no memory"), options=("--model", "x"))
    found = scores.table(now, before)
    assert found.rows[0][2] == "8.0% (-2.0)"
    assert found.rows[0][4] == "20.0%"
    assert found.rows[1][-1] == "failed: no memory"
    assert found.rows[-1][2] == "8.0% (-2.0)"
    assert "other options" in " ".join(scores.remarks(now, before))
    assert "not scored before" in " ".join(scores.remarks(now, None))


def test_a_recording_that_fails_now_is_no_part_of_the_change_of_all():
    before = scored(recording("a", 0.1), recording("b", 0.9))
    now = scored(recording("a", 0.1), Scored(name="b", error="no memory"))
    assert scores.table(now, before).rows[-1][2] == "10.0%"


def test_a_recording_in_which_nobody_speaks_counts_its_words():
    one = Scored(name="music", scores={"silent_words": {"count": 3}})
    assert scores.table(scored(one), None).rows[0][-1] == "3 words, nobody speaks"


def test_what_got_worse_is_judged_on_all_recordings_together():
    before = scored(recording("a", 0.1), recording("b", 0.1))
    noise = scored(recording("a", 0.12), recording("b", 0.09))
    worse = scored(recording("a", 0.2), recording("b", 0.1, der=0.1))
    assert not list(scores.worse(noise, before, 0.01))
    assert list(scores.worse(worse, before, 0.01)) == ["WER of all recordings: 10.0% before, 15.0% now"]
    lost = scored(recording("a", 0.1), Scored(name="b", error="no memory"))
    assert list(scores.worse(lost, before, 0.01)) == ["b could be scored before: no memory"]


def test_only_the_scores_that_a_recording_admits_are_kept(monkeypatch, folder):
    subject = accuracy.scoring.Subject(files=(), language="hi")
    answer = {"language": "hi", "scores": {"wer": {}, "cer": {}, "der": {}}, "left_out": {}, "notes": []}
    monkeypatch.setattr(accuracy.scoring, "of_last_run", lambda *_: subject)
    monkeypatch.setattr(accuracy.scoring, "score", lambda *_: answer)
    case = Case(name="a", film=folder / "a.mkv", references=(folder / "truth.txt",), scores=("wer", "subs"))
    assert set(accuracy._scored(case).scores) == {"wer", "cer"}
    edited = dataclasses.replace(subject, shown=[])
    monkeypatch.setattr(accuracy.scoring, "of_last_run", lambda *_: edited)
    assert "edited in review" in accuracy._scored(case).notes[0]
    other = dataclasses.replace(case, references=(folder / "truth.en.srt",))
    assert "no reference is in hi" in accuracy._scored(other).error
