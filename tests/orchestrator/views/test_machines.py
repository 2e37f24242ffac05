"""What is seen of a run on many machines."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from orchestrator.run_state import machine_events as machine
from orchestrator.run_state.events import FilmAdded, RunStarted, StepRunning
from orchestrator.run_state.reducer import reduce
from orchestrator.run_state.states import FilmState, RunState, StepState
from orchestrator.views.dashboard import render
from orchestrator.views.plain import Plain

STEPS = (StepState(name="demux", status="done"), StepState(name="asr"))
FILM = FilmState(path=Path("/f/Alien.mkv"), title="Alien.mkv", steps=STEPS, machine="node7")
EVENTS = [
    RunStarted(time=100, films=()),
    machine.FilmsWaiting(time=100, count=8),
    machine.MachineJoined(time=101, machine="node7"),
    machine.MachineRefused(time=102, machine="node8", message="it lacks a model", hint="pull it"),
    FilmAdded(time=103, film=0, id="0", state=FILM),
    StepRunning(time=104, film=0, step="asr", load_seconds=0),
]


def after(events):
    state = RunState()
    for event in events:
        state = reduce(state, event)
    return state


def test_the_film_of_a_lost_machine_waits_and_its_ended_stages_stay_until_it_begins_elsewhere():
    left = machine.MachineLeft(time=105, machine="node7", reason="lost", films=(0,))
    state = after([*EVENTS, left])
    assert state.machines == {"node7": "left", "node8": "refused"}
    assert [step.status for step in state.films[0].steps] == ["done", "waiting"]
    assert state.films[0].machine == ""
    new = FilmState(path=FILM.path, title=FILM.title, steps=(StepState(name="demux"),), machine="node9")
    state = after([*EVENTS, left, machine.FilmMoved(time=106, film=0, id="0", machine="node9", state=new)])
    assert state.films == (new,)


def test_the_dashboard_shows_machines_the_films_that_wait_and_where_a_film_runs():
    out = io.StringIO()
    console = Console(file=out, width=100, height=30, color_system=None)
    console.print(render(after(EVENTS), 110.0, 100, 30))
    text = out.getvalue()
    assert "8 waiting  1 machine" in text
    assert "node7: asr" in text


def test_plain_lines_name_machines_as_they_come_and_go():
    out = io.StringIO()
    plain = Plain(out)
    state = RunState()
    left = machine.MachineLeft(time=105, machine="node7", reason="its program died", films=(0,))
    for event in [*EVENTS, left]:
        state = reduce(state, event)
        plain(event, state)
    text = out.getvalue()
    assert "node7 takes part" in text
    assert "node8 takes no part: it lacks a model\n[   0:02]   pull it" in text
    assert "stages to run, 0 off, on node7" in text
    assert "node7 is gone: its program died; 1 film of it will begin again" in text
