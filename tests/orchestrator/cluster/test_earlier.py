"""A command that is given again after its process died."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from orchestrator.cluster import earlier
from orchestrator.cluster.on_ray.order import Order
from orchestrator.run_state import events, from_json, machine_events, run_folders
from orchestrator.run_state.events import FilmAdded, FilmEnded
from orchestrator.run_state.states import FileOutput, FilmState, StepState
from tests.orchestrator.cluster.test_conductor import MadeUp, done, run

ORDER = Order(options=("--model=base",))


@pytest.fixture
def films(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    found = [tmp_path / f"{number}.mkv" for number in range(4)]
    for film in found:
        film.write_bytes(b"film")
    return found


def killed(films, order=ORDER, outcome="done"):
    """A run that did the second film, and died when the third had killed a worker twice."""
    with run_folders.new("films") as record:
        earlier.remember(record, order, films)
        subtitles = films[1].with_suffix(".srt")
        subtitles.write_text("1")
        steps = (StepState(name="demux"), StepState(name="asr"))
        told = [
            events.RunStarted(time=1, films=()),
            FilmAdded(time=1, film=0, id="1", state=FilmState(path=films[1], title="1.mkv", steps=steps)),
            FilmAdded(time=1, film=1, id="2", state=FilmState(path=films[2], title="2.mkv", steps=steps)),
            done(0, "demux"),
            machine_events.MachineLeft(time=2, machine="m", reason="died", films=(1,), blamed=True),
            machine_events.MachineLeft(time=2, machine="m", reason="lost", films=(1,)),
            machine_events.MachineLeft(time=2, machine="m", reason="died", films=(1,), blamed=True),
            done(0, "asr"),
            events.FileWritten(time=3, film=0, output=FileOutput(name="srt", path=str(subtitles), size=1)),
            FilmEnded(time=3, film=0, id="1", outcome=outcome),
        ]
        lines = [events.to_json(event) for event in told]
        record.events.write_text("\n".join(lines) + '\n{"event": "step_do')
    return record


def test_films_that_were_done_are_told_again_and_not_handed_out(films, tmp_path):
    killed(films)
    before = earlier.find(ORDER, films)
    ray = MadeUp(["m1"])
    _, state = run(tmp_path, ray, paths=films, earlier=before)
    sent = [message.line for message in ray.sent if "film" in getattr(message, "line", "")]
    assert len(sent) == 3
    assert not [line for line in sent if str(films[1]) in line]
    assert sorted(film.path for film in state.films) == films
    again = next(film for film in state.films if film.path == films[1])
    assert [step.status for step in again.steps] == ["done", "done"]
    assert (again.ended, [file.name for file in again.outputs]) == ("done", ["srt"])


def test_a_film_that_killed_two_workers_before_is_set_aside_at_the_next_death(films, tmp_path):
    killed(films)
    before = earlier.find(ORDER, films)
    assert before.crashes == {films[2]: 2}
    ray = MadeUp(["m1"], lambda film, _: "crash" if film == str(films[2]) else None)
    _, state = run(tmp_path, ray, paths=films, earlier=before)
    left = [event for event in ray.seen if isinstance(event, machine_events.MachineLeft)]
    assert sum(event.blamed for event in left) == 1
    assert [film.path for film in state.films if film.ended == "failed"] == [films[2]]


def test_what_is_not_as_it_was_is_done_again(films):
    killed(films)
    assert earlier.find(ORDER, films).done.keys() == {films[1]}
    assert earlier.find(dataclasses.replace(ORDER, options=()), films) == earlier.NOTHING
    assert earlier.find(ORDER, films[:3]) == earlier.NOTHING
    films[1].with_suffix(".srt").write_text("edited")
    assert not earlier.find(ORDER, films).done
    films[0].write_bytes(b"another film")
    assert earlier.find(ORDER, films) == earlier.NOTHING


def test_a_film_that_failed_is_done_again_and_so_is_a_run_that_ended(films):
    record = killed(films, outcome="failed")
    assert not earlier.find(ORDER, films).done
    record.report.write_text('{"outcome": "done"}')
    assert earlier.find(ORDER, films) == earlier.NOTHING


def test_events_survive_their_line(films):
    event = machine_events.FilmMoved(
        time=1.5, film=2, id="2", machine="m", state=FilmState(path=Path("/f.mkv"), title="f", machine="m")
    )
    assert from_json.event_of(json.loads(events.to_json(event))) == event
