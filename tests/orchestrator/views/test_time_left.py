"""The time that a run still needs, from its state and the paces of earlier runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.run_state import paces
from orchestrator.run_state.run_folders import Run
from orchestrator.run_state.states import FilmState, RunState, StepState
from orchestrator.views.time_left import time_left

MEASURED = {("demux", "cpu", ""): 0.01, ("asr", "cpu", "base"): 0.2, ("diarization", "cpu", ""): 0.1,
            ("mux", "cpu", ""): 0.05}  # fmt: skip


def step(name, waits_for=(), **more):
    more.setdefault("model", "base" if name == "asr" else "")
    return StepState(name=name, device="cpu", waits_for=waits_for, **more)


def film(*steps, seconds=1000.0):
    return FilmState(path=Path("a.mkv"), title="a.mkv", seconds=seconds, steps=steps)


def run(*films):
    return RunState(films=films, started=100.0)


def test_stages_side_by_side_count_once_and_stages_behind_each_other_add_up():
    steps = (step("asr"), step("diarization"), step("mux", ("asr", "diarization")))
    assert time_left(run(film(*steps)), 110.0, MEASURED) == pytest.approx(350.0)  # one at a time so far
    at_work = {"status": "running", "started": 100.0}
    steps = (step("asr", **at_work), step("diarization", **at_work), step("mux", ("asr", "diarization")))
    assert time_left(run(film(*steps)), 110.0, MEASURED) == pytest.approx(190.0 + 50.0)


def test_a_stage_at_work_is_taken_at_its_own_word():
    slow = step("asr", status="running", started=100.0, progressed=150.0, eta_s=900.0)
    steps = (slow, step("mux", ("asr",)))
    assert time_left(run(film(*steps)), 160.0, MEASURED) == pytest.approx(890.0 + 50.0)


def test_a_stage_that_has_just_begun_is_measured_by_earlier_runs_too():
    just_begun = step(
        "asr", status="running", started=100.0, progressed=150.0, eta_s=1240.0, done=4, total=100
    )
    found = time_left(run(film(just_begun)), 150.0, MEASURED)
    assert found == pytest.approx(0.16 * 1240.0 + 0.84 * 150.0)


def test_stages_that_ended_or_are_cached_need_no_time():
    steps = (
        step("asr", status="cached"),
        step("diarization", planned="cached"),
        step("mux", status="failed"),
    )
    assert time_left(run(film(*steps)), 110.0, MEASURED) == 0.0


def test_the_films_to_come_are_counted():
    one = film(step("asr"))
    assert time_left(run(one, one, one), 110.0, MEASURED) == pytest.approx(600.0)


@pytest.mark.parametrize("unknown", [step("asr", model="large-v3"), step("burn")])
def test_nothing_is_promised_of_a_stage_or_model_that_never_ran(unknown):
    assert time_left(run(film(unknown, step("mux"))), 110.0, MEASURED) is None


def test_nothing_is_promised_while_the_length_of_a_film_is_unknown():
    assert time_left(run(film(step("asr"), seconds=0.0)), 110.0, MEASURED) is None


def test_paces_are_medians_of_the_finished_stages_of_earlier_runs(tmp_path):
    for number, seconds in enumerate((100.0, 120.0, 900.0)):
        stages = [
            {"stage": "asr", "status": "done", "seconds": seconds, "device": "cpu", "model": "base"},
            {"stage": "mux", "status": "cached", "seconds": None, "device": "cpu", "model": ""},
        ]
        (tmp_path / str(number)).mkdir()
        content = {"films": [{"path": "a.mkv", "seconds": 1000.0, "stages": stages}]}
        (tmp_path / str(number) / "run.json").write_text(json.dumps(content))
    (tmp_path / "killed").mkdir()
    runs = [Run(path) for path in sorted(tmp_path.iterdir())]
    assert paces.of_runs(runs) == {("asr", "cpu", "base"): 0.12}
