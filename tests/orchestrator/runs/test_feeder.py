"""Which film joins a run when."""

from __future__ import annotations

import queue
from pathlib import Path

import pytest

from orchestrator.errors import INPUT, FatalError
from orchestrator.execution.joining import Close, Join, Leave, Refuse
from orchestrator.planning.plan import Plan
from orchestrator.run_state.events import FilmEnded
from orchestrator.run_state.states import FilmState, RunState
from orchestrator.runs.feeder import Feeder
from orchestrator.runs.wanted import Unreadable, WantedFilm


class Door:
    def __init__(self):
        self.asked = queue.Queue()

    def ask(self, request):
        self.asked.put(request)

    def next(self):
        return self.asked.get(timeout=5)


def plan(wanted):
    if wanted.film.name.startswith("bad"):
        raise FatalError(f"{wanted.film}: no film", "", INPUT)
    return Plan(film=wanted.film, film_digest="d", steps=(), destination=wanted.film)


def films(*names):
    return [WantedFilm(film=Path(name), id=name) for name in names]


def ended(feeder, name):
    state = RunState(films=(FilmState(path=Path(name), title=name),))
    feeder(FilmEnded(time=0.0, film=0, id=name, outcome="done"), state)


@pytest.fixture
def door():
    return Door()


def feeder(door, most=2, joins=lambda plan: None):
    return Feeder(plan, lambda one, error: None, door, joins, most)


def names(door, count):
    return [door.next().id for _ in range(count)]


def test_a_film_joins_once_fewer_than_the_most_are_open(door):
    one = feeder(door)
    one.begin(films("a", "b", "c"))
    assert names(door, 2) == ["a", "b"]
    with pytest.raises(queue.Empty):
        door.asked.get(timeout=0.05)
    ended(one, "a")
    assert door.next().id == "c"
    assert isinstance(door.next(), Close)


def test_a_film_that_is_open_joins_again_only_once_it_has_ended(door):
    begun = []
    one = feeder(door, most=3, joins=lambda plan: begun.append(plan.film))
    one.begin([*films("a"), WantedFilm(film=Path("a"), id="again")])
    assert names(door, 1) == ["a"]
    with pytest.raises(queue.Empty):
        door.asked.get(timeout=0.05)
    assert begun == [Path("a")]  # the files of the film that is open are not begun anew
    ended(one, "a")
    assert door.next().id == "again"
    assert begun == [Path("a")] * 2


def test_a_film_that_cannot_be_planned_is_refused_and_the_others_go_on(door):
    one = feeder(door)
    one.begin([*films("bad", "b"), Unreadable("", "{", FatalError("line 3: no JSON"))])
    refused, joined, unreadable, closed = (door.next() for _ in range(4))
    assert (refused.path, refused.status) == ("bad", INPUT)
    assert isinstance(joined, Join)
    assert unreadable.message == "line 3: no JSON"
    assert isinstance(closed, Close)


def test_a_film_that_is_cancelled_before_it_joins_does_not(door):
    one = feeder(door, most=1)
    one.begin(films("a", "b"))
    assert door.next().id == "a"
    one.cancel("b")
    assert door.next() == Leave("b")
    ended(one, "a")
    refused = door.next()
    assert isinstance(refused, Refuse)
    assert (refused.id, refused.status, refused.message) == ("b", 0, "b: cancelled")


def test_a_source_that_breaks_is_reported_and_ends_the_list(door, tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))

    def broken():
        yield from films("a")
        raise RuntimeError

    feeder(door).begin(broken())
    assert door.next().id == "a"
    assert door.next().message == "internal error"
    assert isinstance(door.next(), Close)


def test_a_film_whose_files_cannot_be_begun_is_refused_and_the_others_go_on(door):
    def joins(plan):
        if plan.film == Path("a"):
            raise FatalError("no space", "", 7)

    feeder(door, joins=joins).begin(films("a", "b"))
    refused = door.next()
    assert (refused.id, refused.message) == ("a", "no space")
    assert door.next().id == "b"
