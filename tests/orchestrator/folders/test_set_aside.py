"""Films that fail twice are set aside, and what undoes it."""

from __future__ import annotations

import pytest

from orchestrator.folders import set_aside
from orchestrator.run_state.events import FilmEnded
from orchestrator.run_state.states import Failure, FilmState, RunState, StepState


@pytest.fixture
def film(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    path = tmp_path / "a.mkv"
    path.write_text("a film")
    return path


def ended(film, category=None, status="done"):
    error = Failure(category=category, message="why\nmore") if category else None
    step = StepState(name="asr", status="failed" if category else status, error=error)
    set_aside.remember(FilmState(path=film, title=film.name, steps=(step,)))


def test_the_second_failure_sets_a_film_aside_with_its_reason(film):
    ended(film, "crash")
    assert not set_aside.why(film)
    ended(film, "input")
    assert set_aside.why(film) == "failed 2 times, the last time in asr: why"


@pytest.mark.parametrize("category", ["storage", "env", "config", "auth", "cancelled"])
def test_what_is_not_the_films_fault_does_not_count(film, category):
    for _ in range(3):
        ended(film, category)
    assert not set_aside.why(film)


def test_a_run_that_was_stopped_does_not_count(film):
    for _ in range(3):
        ended(film, status="waiting")
    assert not set_aside.why(film)


def test_a_success_and_a_change_of_the_film_forget_its_failures(film):
    for _ in range(2):
        ended(film, "crash")
    film.write_text("another film")
    assert not set_aside.why(film)
    ended(film, "crash")
    assert not set_aside.why(film)
    ended(film)
    ended(film, "crash")
    assert not set_aside.why(film)


def test_a_run_records_how_each_film_ended_but_not_one_that_was_cancelled(film):
    step = StepState(name="asr", status="failed", error=Failure(category="crash", message="why"))
    state = RunState(films=(FilmState(path=film, title=film.name, steps=(step,)),))
    for outcome in ("failed", "cancelled", "cancelled", "failed"):
        assert not set_aside.why(film)
        set_aside.Recorder()(FilmEnded(time=0.0, film=0, id="", outcome=outcome), state)
    assert set_aside.why(film)
