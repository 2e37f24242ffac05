"""A run from its plans to its last event, without stages."""

from __future__ import annotations

import dataclasses
import json

import pytest

from orchestrator.config.values import Layer
from orchestrator.errors import STORAGE, USAGE, FatalError
from orchestrator.planning.plan import Plan
from orchestrator.run_state import run_folders
from orchestrator.runs import intake, session
from orchestrator.runs.film_outputs import Files
from orchestrator.runs.invocation import Invocation
from orchestrator.storage.store import Store


class WithoutReport(Files):
    """Files of a run that could not write its report."""

    def closing(self, state, *, ended):
        self.unwritten += [film.path for film in state.films]
        return iter(())


def test_the_last_event_has_the_exit_status_of_a_run_whose_report_could_not_be_written(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    monkeypatch.setattr(session, "_files", lambda *_: WithoutReport({}, overwrite=False))
    film = tmp_path / "film.mkv"
    plan = Plan(film=film, film_digest="d", steps=(), destination=tmp_path / "film.subtitled.mkv")
    typed = Invocation(films=(film,), command_line=Layer(), quiet=True)
    with run_folders.new("film") as record:
        _, content = session._execute(
            typed, intake.Films(plans={plan.destination: plan}), Store(tmp_path / "store"), record
        )
        last = json.loads(record.events.read_text().splitlines()[-1])
    assert (last["event"], last["exit_status"]) == ("run_ended", STORAGE)
    assert content["exit_status"] == STORAGE


def test_films_that_no_device_can_run_after_its_check_are_refused_with_the_reason(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    film = tmp_path / "film.mkv"
    plan = Plan(film=film, film_digest="d", steps=(), destination=tmp_path / "film.subtitled.mkv")
    error = FatalError("film.mkv: no device can run asr", "use --device cpu", USAGE)
    planned = iter([intake.Films(plans={plan.destination: plan}), intake.Films(refused={film: error})])
    monkeypatch.setattr(intake, "plans_of", lambda *_, **__: next(planned))
    monkeypatch.setattr(intake, "check", lambda *_: None)
    monkeypatch.setattr(session.device_check, "compare_devices", lambda *_: True)
    assert session.run(Invocation(films=(film,), command_line=Layer())) == USAGE
    assert "no device can run asr" in capsys.readouterr().err


def test_the_plans_that_are_made_anew_after_a_device_was_rejected_are_checked_too(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    film = tmp_path / "film.mkv"
    first = Plan(film=film, film_digest="d", steps=(), destination=tmp_path / "film.subtitled.mkv")
    second = dataclasses.replace(first, film_digest="e")
    planned = iter([intake.Films(plans={one.destination: one}) for one in (first, second)])

    def check(plans, _store):
        if plans == [second]:
            raise FatalError("asr: large takes 9.9 GB", "choose a smaller model", USAGE)

    monkeypatch.setattr(intake, "plans_of", lambda *_, **__: next(planned))
    monkeypatch.setattr(intake, "check", check)
    monkeypatch.setattr(session.device_check, "compare_devices", lambda plans, _store: plans == [first])
    monkeypatch.setattr(session, "_execute", lambda *_: pytest.fail("a run"))
    with pytest.raises(FatalError, match="large takes"):
        session.run(Invocation(films=(film,), command_line=Layer()))
