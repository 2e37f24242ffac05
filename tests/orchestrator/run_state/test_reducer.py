"""What events add up to: the figures that the views show while a stage works."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.run_state.events import RunStarted, StepDone, StepProgress, StepRetried, StepRunning
from orchestrator.run_state.reducer import reduce
from orchestrator.run_state.states import FilmState, RunState, StepState

WHO = {"film": 0, "step": "asr"}


def after(*events, seconds=1200.0):
    film = FilmState(
        path=Path("/films/a.mkv"), title="a.mkv", seconds=seconds, steps=(StepState(name="asr"),)
    )
    state = reduce(RunState(), RunStarted(time=0.0, films=(film,)))
    for event in events:
        state = reduce(state, event)
    return state.films[0].step("asr")


def progress(time, done, total=600.0, phase="", unit="s"):
    return StepProgress(time=time, phase=phase, done=done, total=total, unit=unit, **WHO)


RUNNING = StepRunning(time=100.0, load_seconds=2.0, **WHO)


def test_speed_and_time_left_count_from_the_start_of_the_work():
    step = after(RUNNING, progress(200.0, 300.0), progress(201.0, 303.0))
    assert step.speed == pytest.approx(1200 * 303 / 600 / 101)
    assert step.eta_s == pytest.approx(101 * 297 / 303)


def test_the_first_progress_gives_a_speed():
    assert after(RUNNING, progress(200.0, 300.0)).speed == pytest.approx(6.0)


def test_a_film_of_unknown_length_is_measured_by_the_seconds_done():
    assert after(RUNNING, progress(110.0, 300.0), seconds=0.0).speed == pytest.approx(30.0)
    assert after(RUNNING, progress(110.0, 30.0, unit="words"), seconds=0.0).speed is None


def test_a_second_phase_counts_from_the_end_of_the_one_before():
    step = after(RUNNING, progress(110.0, 600.0, phase="decode"), progress(120.0, 300.0, phase="place"))
    assert step.eta_s == pytest.approx(10.0)


def test_a_retry_starts_from_the_beginning():
    again = (
        StepRetried(time=300.0, reason="it crashed", **WHO),
        StepRunning(time=310.0, load_seconds=0.0, **WHO),
    )
    step = after(RUNNING, progress(200.0, 300.0), *again, progress(320.0, 300.0))
    assert step.eta_s == pytest.approx(10.0)
    assert after(RUNNING, progress(200.0, 300.0), *again).speed is None


def test_a_film_without_speech_has_no_language():
    def ended(step, **facts):
        return StepDone(
            time=1.0,
            film=0,
            step=step,
            cached=False,
            key="",
            reason="",
            env="",
            device="",
            compute_type="",
            method="",
            model="",
            revision="",
            seconds=1.0,
            degraded=(),
            facts=facts,
        )

    film = FilmState(path=Path("/films/a.mkv"), title="a.mkv")
    state = reduce(RunState(), RunStarted(time=0.0, films=(film,)))
    state = reduce(state, ended("asr", language="en"))
    assert state.films[0].language == "en"
    assert reduce(state, ended("subtitles", cues=3)).films[0].language == "en"
    assert reduce(state, ended("subtitles", cues=0)).films[0].language == ""
