"""run.json and the table made from it."""

from __future__ import annotations

import io
import json

import pytest
from rich.cells import cell_len

from orchestrator.errors import FatalError
from orchestrator.run_state import run_folders, run_json
from orchestrator.run_state.states import StepState
from orchestrator.stages.catalog import STAGES
from orchestrator.views import summary
from tests.orchestrator import synthetic

RAN = sum(not stage.off for stage in STAGES.values())


def content(**kind):
    command = ["run", "movie.mkv", "--hf-token", "opensesame"]
    return run_json.summary(
        synthetic.last(synthetic.run(**kind)),
        status=0,
        run_id="20260101-000000-movie",
        command=command,
        options={"hf_token": "opensesame", "language": None},
    )


def table(body, width=80):
    stream = io.StringIO()
    summary.show(body, stream, width)
    return stream.getvalue().splitlines()


def stage(body, name, film=0):
    return next(s for s in body["films"][film]["stages"] if s["stage"] == name)


def test_a_finished_run_reports_each_stage_with_device_and_speed():
    body = content()
    assert body["outcome"] == "done"
    assert body["schema"] == run_json.SCHEMA
    asr = stage(body, "asr")
    assert (asr["status"], asr["env"], asr["device"], asr["compute_type"]) == (
        "done",
        "whisperx",
        "cpu",
        "int8",
    )
    assert (asr["model"], asr["revision"], asr["key"]) == ("base", "abc", "key-asr")
    assert asr["speed"] == pytest.approx(synthetic.FILM_SECONDS / 60, abs=0.001)
    assert asr["peak_memory"] == 10**9
    assert asr["load_seconds"] == 2.5
    assert body["films"][0]["seconds"] == synthetic.FILM_SECONDS
    assert body["films"][0]["language"] == "bn"
    assert body["films"][0]["outputs"][0]["size"] == 81_234
    assert stage(body, "translation")["status"] == "off"


def test_run_json_is_valid_json_with_the_machine_and_the_times():
    body = json.loads(json.dumps(content(), allow_nan=False))
    assert body["machine"]["cores"] >= 1
    assert body["started"].startswith("2026-")
    assert body["started"].endswith("+00:00")
    assert body["seconds"] == pytest.approx(60 * (RAN - 1))  # two of them side by side


def test_parallel_stages_are_reported_with_their_interval():
    both = next(entry for entry in content()["side_by_side"] if entry["stages"] == ["asr", "diarization"])
    assert both["end"] - both["start"] == pytest.approx(60)


def test_consecutive_stages_are_not_reported_as_parallel():
    steps = [
        StepState(name=n, started=s, ended=e)
        for n, s, e in (("a", 0.0, 5.0), ("b", 5.0, 9.0), ("c", 8.0, 9.5))
    ]
    assert run_json.side_by_side(steps, 0.0) == [{"stages": ["b", "c"], "start": 8.0, "end": 9.0}]


def test_cached_stages_are_not_counted_as_work():
    body = content(cached=("demux", "asr"))
    assert stage(body, "asr")["status"] == "cached"
    assert stage(body, "asr")["seconds"] is None
    assert stage(body, "asr")["reason"] == "nothing changed"


def test_degradations_are_listed_at_the_top_level_and_decide_the_outcome():
    body = content(degraded={"demux": ["it ends early"]})
    assert body["outcome"] == "degraded"
    assert body["degraded"] == [
        {"film": "/films/Pather Panchali (1955).mkv", "stage": "demux", "reason": "it ends early"}
    ]


def test_a_failed_run_records_its_error_and_the_skipped_stages():
    body = content(failing="asr")
    assert body["outcome"] == "failed"
    assert body["failed"][0]["stage"] == "asr"
    assert body["failed"][0]["hint"] == "give a film with sound"
    assert stage(body, "mux")["status"] == "skipped"
    assert stage(body, "demux")["status"] == "done"


def test_an_interrupted_run_lists_what_was_not_produced():
    body = content(interrupted_at="asr")
    assert body["outcome"] == "interrupted"
    assert stage(body, "asr")["status"] == "waiting"


def test_retries_and_fallbacks_are_kept():
    asr = stage(content(fallback="asr"), "asr")
    assert asr["retries"] == 1
    assert asr["fallbacks"] == ["batch 16 -> 8: the memory of cuda is full"]


def test_run_json_contains_no_secret():
    text = json.dumps(content(failing="asr"))
    assert "opensesame" not in text
    assert synthetic.TOKEN not in text


def test_run_json_is_written_completely_or_not_at_all(tmp_path, monkeypatch):
    with run_folders.new("movie", root=tmp_path) as run:
        state = synthetic.last(synthetic.run())
        body = run_json.write(run, state, status=0)
        assert json.loads(run.report.read_text()) == body

        def full(_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(FatalError, match=r"run\.json: No space"):
            run_json.write(run, state, status=1)
        assert json.loads(run.report.read_text()) == body
        assert [p.name for p in run.path.iterdir() if p.name.startswith(".")] == []


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize(
    "kind",
    [
        {},
        {"cached": ("demux",)},
        {"failing": "asr"},
        {"films": 3},
        {"films": 5},
        {"degraded": {"demux": ["it ends early " * 12]}},
    ],
    ids=str,
)
def test_no_line_of_the_table_is_wider_than_asked_and_none_ends_in_blanks(kind, width):
    for line in table(content(**kind), width):
        assert cell_len(line) <= width
        assert line == line.rstrip()


def test_the_table_has_a_row_for_each_stage_that_is_not_off():
    told = table(content(cached=("demux",)))
    rows = {line.split()[0]: line.split() for line in told if line.startswith("  ")}
    assert rows["demux"][1] == "cached"
    assert rows["asr"][1:4] == ["done", "whisperx", "cpu"]
    assert "translation" not in rows
    assert any(line.startswith("  wrote /films/a.en.srt") for line in told)
    assert told[-2] == f"done in {RAN - 2}:00"  # one cached, two side by side


def test_the_table_reports_a_failure_with_its_hint_and_log():
    told = "\n".join(table(content(failing="asr")))
    assert "asr failed: no audio in it: ***" in told
    assert "  give a film with sound" in told
    assert "log: /runs/x/logs/asr.stderr" in told
    assert "run the same command to resume" in told


def test_a_degraded_run_never_reads_like_a_clean_one():
    told = table(content(degraded={"demux": ["it ends early"]}))
    assert any("demux degraded: it ends early" in line for line in told)
    assert any(line.startswith("done in") and "degraded" in line for line in told)


def test_show_prints_the_table_of_a_past_run(tmp_path, monkeypatch, capsys):
    from orchestrator.cli import main

    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    with run_folders.new("movie") as run:
        run_json.write(run, synthetic.last(synthetic.run()), status=0)
    assert main(["runs", "show"]) == 0
    assert "asr" in capsys.readouterr().out


def test_a_film_that_was_refused_is_in_the_summary_too():
    state = synthetic.last(synthetic.run())
    refused = [{"film": "empty.mkv", "message": "empty.mkv is empty (0 bytes)", "hint": "copy it again"}]
    told = [
        "".join(text for text, _ in line)
        for line in summary.lines(run_json.summary(state, status=5, refused=refused))
    ]
    assert "empty.mkv was skipped: empty.mkv is empty (0 bytes)" in told


def test_for_many_films_only_possible_problems_are_reported():
    state = synthetic.last(synthetic.run(films=5))
    body = run_json.summary(state, status=0)
    for film, cues in zip(body["films"], (9, 9, 9, 9, 0), strict=True):
        stage = next(s for s in film["stages"] if s["stage"] == "subtitles")
        stage["facts"] = {"cues": cues, "flags": {"too_fast": 1}} if cues else {"cues": 0}
    told = "\n".join(table(body))
    assert told.count("no speech was found") == 1
    assert "too fast" not in told
