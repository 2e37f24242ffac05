"""All views of real runs, with a scheduler and real processes."""

from __future__ import annotations

import io
import json
import os
import signal

import pytest

from orchestrator.execution.scheduler import Scheduler
from orchestrator.machine.limits import Limits
from orchestrator.run_state import run_folders, run_json
from orchestrator.run_state.events import StepRunning
from orchestrator.views import summary
from orchestrator.views.jsonlines import JsonLines
from orchestrator.views.plain import Plain
from tests.orchestrator import toy_stages as small
from tests.orchestrator.toy_stages import declared, make_plan, stage


class Hooks:
    def publish(self, plan, step, entry):
        return ()


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))


@pytest.fixture
def go(tmp_path):
    """Run stages on a film; returns the plain lines, the events and run.json."""
    film = tmp_path / "film.txt"
    film.write_text("a film")
    store = small.new_store(tmp_path)

    def run(*stages, observers=()):
        lines = io.StringIO()
        with run_folders.new("film") as record:
            log = JsonLines(record.events.open("w"), owned=True)
            made = Scheduler(
                store, record.logs, Hooks(), observers=[log, Plain(lines), *observers],
                limits=Limits(cores=2, memory_mb=4000), spawn=small.spawn,
            )  # fmt: skip
            state = made.run([make_plan(film, store, declared(*stages))])
            log.close()
            run_json.write(record, state, status=0)
        events = [json.loads(line) for line in record.events.read_text().splitlines()]
        return lines.getvalue().splitlines(), events, record.summary()

    return run


def statuses(body):
    return {s["stage"]: s["status"] for s in body["films"][0]["stages"]}


def test_every_view_shows_a_run_and_the_cached_run_after_it(go):
    chain = (stage("a", "film"), stage("b", "a"))
    lines, events, body = go(*chain)
    assert statuses(body) == {"a": "done", "b": "done"}
    assert body["outcome"] == "done"
    assert [e["step"] for e in events if e["event"] == "step_done"] == ["a", "b"]
    assert any("] b: done in" in line for line in lines)
    summary.show(body, shown := io.StringIO())  # of a run that wrote no file
    assert "done" in shown.getvalue()
    lines, events, body = go(*chain)
    assert statuses(body) == {"a": "cached", "b": "cached"}
    assert [e["cached"] for e in events if e["event"] == "step_done"] == [True, True]
    assert any("] b: cached" in line for line in lines)


def test_parallel_stages_are_shown_together(go):
    _, _, body = go(stage("a", "film"), stage("b", "a", seconds=1.0), stage("c", "a", seconds=1.0))
    assert any(entry["stages"] == ["b", "c"] for entry in body["side_by_side"])


def test_an_interrupted_run_leaves_its_summary(go):
    def stop(event, state):
        if isinstance(event, StepRunning) and event.step == "b":
            os.kill(os.getpid(), signal.SIGINT)

    lines, events, body = go(stage("a", "film"), stage("b", "a", seconds=60.0), observers=[stop])
    assert body["outcome"] == "interrupted"
    assert statuses(body)["a"] == "done"
    assert any("stopping (SIGINT)" in line for line in lines)
    assert events[-1]["event"] == "run_ended"
    assert (events[-1]["outcome"], events[-1]["files"]) == ("interrupted", [])
