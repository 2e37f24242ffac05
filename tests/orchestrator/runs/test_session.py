"""A run from its plans to its last event, without stages."""

from __future__ import annotations

import json

from orchestrator.config.values import Layer
from orchestrator.errors import STORAGE
from orchestrator.planning.plan import Plan
from orchestrator.run_state import run_folders
from orchestrator.runs import session
from orchestrator.runs.film_outputs import Files
from orchestrator.storage.store import Store


class WithoutReport(Files):
    """Files of a run that could not write its report."""

    def closing(self, state):
        self.unwritten += [film.path for film in state.films]
        return iter(())


def test_the_last_event_has_the_exit_status_of_a_run_whose_report_could_not_be_written(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    monkeypatch.setattr(session, "_files", lambda *_: WithoutReport({}, overwrite=False))
    film = tmp_path / "film.mkv"
    plan = Plan(film=film, film_digest="d", steps=(), destination=tmp_path / "film.subtitled.mkv")
    typed = session.Invocation(films=(film,), command_line=Layer(), quiet=True)
    with run_folders.new("film") as record:
        _, content = session._execute(typed, {}, [plan], {}, Store(tmp_path / "store"), record)
        last = json.loads(record.events.read_text().splitlines()[-1])
    assert (last["event"], last["exit_status"]) == ("run_ended", STORAGE)
    assert content["exit_status"] == STORAGE
