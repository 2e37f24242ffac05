"""Which film of a library is next, within the time that there is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import pytest

from orchestrator.commands import library_run
from orchestrator.errors import ENVIRONMENT, FAILED, INTERRUPTED, OK, PARTIAL
from orchestrator.film_files.headers import Headers
from orchestrator.folders import order
from orchestrator.folders.estimates import Speeds
from orchestrator.folders.found import HIDDEN, FileId, Film, Findings, Skipped
from orchestrator.folders.queue import Clock, FilmQueue, TimeRules
from orchestrator.folders.quiet_hours import read
from orchestrator.folders.selection import Chosen
from orchestrator.machine import profile
from orchestrator.run_state.events import FilmRefused
from orchestrator.run_state.states import FilmState, RunState, StepState
from orchestrator.runs import library
from orchestrator.runs.invocation import Invocation

BASE = Speeds(paces={("asr", "cpu", "base"): 0.5})


class Time:
    """A clock that moves when somebody sleeps."""

    def __init__(self, hour=12):
        self.seconds, self.midnight = hour * 3600.0, dt.datetime(2026, 11, 30)  # noqa: DTZ001

    def clock(self):
        return Clock(
            monotonic=lambda: self.seconds,
            wall=lambda: self.midnight + dt.timedelta(seconds=self.seconds),
            sleep=self.sleep,
        )

    def sleep(self, seconds):
        self.seconds += seconds


def film(name, seconds=3600.0):
    path = Path(f"/films/{name}")
    headers = None if seconds is None else Headers(seconds=seconds)
    return Chosen(film=Film(path=path, size=1, modified=0.0, file=FileId(1, hash(name))), headers=headers)


def plan(path):
    choice = SimpleNamespace(backend=SimpleNamespace(device="cpu"), model=SimpleNamespace(id="base"))
    return SimpleNamespace(film=path, steps=[SimpleNamespace(name="asr", verdict="run", choice=choice)])


def queue(*films, time=None, left=0.0, speeds=BASE, **rules):
    clock = (time or Time()).clock()
    return FilmQueue(films, TimeRules(**rules), speeds, plan, lambda *_: left, clock)


def names(paths):
    return [path.name for path in paths]


def test_films_come_one_after_another_and_what_is_left_out_is_kept():
    hidden = Skipped(path=Path("/films/.a"), rule=HIDDEN, why="")
    films = queue(film("a"), hidden, film("b"))
    assert names(iter(films.next, None)) == ["a", "b"]
    assert films.left_out == [hidden]
    assert films.started == 2


def test_no_film_starts_that_would_not_end_in_time_and_a_shorter_one_may():
    time = Time()
    films = queue(film("a"), film("b", 7200), film("c", 1000), film("d", None), time=time, limit=3600.0)
    assert films.next().name == "a"
    time.sleep(1800)
    assert names(iter(films.next, None)) == ["c"]
    assert [(one.path.name, one.rule.name) for one in films.left_out] == [("b", "later"), ("d", "later")]
    assert films.left_out[0].why == "it takes about 1.0 h, and --limit-time leaves 30:00"
    assert "is not known" in films.left_out[1].why


def test_what_the_films_in_the_run_still_need_counts():
    films = queue(film("a"), left=2000.0, limit=3600.0)
    films(None, RunState())
    assert films.next() is None
    films = queue(film("a"), left=1000.0, limit=3600.0)
    films(None, RunState())
    assert films.next().name == "a"


def test_the_speed_of_this_run_counts_more_than_that_of_earlier_ones():
    films = queue(film("a"), limit=3600.0)
    step = StepState(name="asr", status="done", device="cpu", model="base", seconds=200.0)
    films(None, RunState(films=(FilmState(path=Path("b"), title="b", seconds=100.0, steps=(step,)),)))
    assert films.next() is None
    assert "about 2.0 h" in films.left_out[0].why


def test_what_is_wrong_with_an_environment_is_told_once_not_for_every_film():
    films = queue(film("a"), film("b"))
    films.next()
    films(FilmRefused(time=0.0, id="", path="", message="", hint="", status=ENVIRONMENT), RunState())
    assert films.next() is None


def test_outside_its_hours_no_film_starts_and_the_wait_is_told_once():
    time, told = Time(hour=20), []
    films = queue(film("a"), time=time, hours=read("22:00-07:00"))
    assert films.next() is None
    films.until_allowed(told.append)
    assert told == ["waiting until 22:00: films start between 22:00-07:00 only"]
    assert time.seconds == pytest.approx(22 * 3600, abs=60)
    assert films.next().name == "a"
    films.until_allowed(told.append)
    assert len(told) == 1


def test_nobody_waits_for_the_night_if_no_film_is_left():
    films = queue(time=Time(hour=20), hours=read("22:00-07:00"))
    films.until_allowed(pytest.fail)


class Session:
    """Stands for runs: each film takes `hours`, and they end with these statuses."""

    def __init__(self, monkeypatch, time, *statuses, hours=0.0):
        self.runs, self.time, self.statuses, self.hours = [], time, list(statuses), hours
        monkeypatch.setattr(library.session, "run", self.run)

    def run(self, invocation):
        films = list(invocation.films)
        self.time.sleep(self.hours * 3600)
        for one in invocation.more(SimpleNamespace(wait_for_room=lambda: None)):
            films.append(one.film)
            self.time.sleep(self.hours * 3600)
        self.runs.append(names(films))
        return self.statuses.pop(0)


def test_a_library_is_one_run_and_with_hours_one_for_each_night(monkeypatch):
    invocation = Invocation(films=(), command_line=None)
    time = Time()
    session = Session(monkeypatch, time, OK)
    assert library.run(invocation, queue(film("a"), film("b"), film("c"))) == OK
    assert session.runs == [["a", "b", "c"]]
    time = Time(hour=20)
    session = Session(monkeypatch, time, OK, PARTIAL, hours=4.0)
    films = queue(*map(film, "abcd"), time=time, hours=read("22:00-07:00"))
    assert library.run(invocation, films) == PARTIAL
    assert session.runs == [["a", "b", "c"], ["d"]]


def test_an_interrupted_night_ends_the_whole(monkeypatch):
    time = Time(hour=23)
    session = Session(monkeypatch, time, INTERRUPTED, hours=9.0)
    films = queue(film("a"), film("b"), time=time, hours=read("22:00-07:00"))
    assert library.run(Invocation(films=(), command_line=None), films) == INTERRUPTED
    assert session.runs == [["a"]]


def test_a_library_of_one_failure_has_its_status(monkeypatch):
    Session(monkeypatch, Time(), FAILED)
    assert library.run(Invocation(films=(), command_line=None), queue(film("a"))) == FAILED
    assert library.run(Invocation(films=(), command_line=None), queue()) == OK


def test_side_by_side_the_longest_film_goes_first_and_one_of_unknown_length_before_it():
    hidden = Skipped(path=Path("/films/.a"), rule=HIDDEN, why="")
    films = [film("short", 10.0), hidden, film("long", 20.0), film("unknown", None), film("other", 10.0)]
    first, *rest = order.longest_first(films)
    assert first is hidden
    assert [one.film.path.name for one in rest] == ["unknown", "long", "short", "other"]


def test_as_many_films_run_side_by_side_as_gpus_can_recognise_speech():
    def planned(*places):
        choice = SimpleNamespace(places=places)
        return SimpleNamespace(steps=[SimpleNamespace(name="asr", choices=(choice,), choice=choice)])

    assert order.side_by_side(planned("cuda:0", "cuda:1")) == 2
    assert order.side_by_side(planned()) == 1
    assert order.side_by_side(SimpleNamespace(steps=[])) == 1


def test_on_two_gpus_three_films_are_open_and_the_longest_is_first(monkeypatch, tmp_path):
    seen = []
    monkeypatch.setattr(
        library_run.library, "run", lambda invocation, films: seen.append((invocation, films)) or 0
    )
    there = SimpleNamespace(
        found=Findings(films=(film("a").film,)), chosen=iter([film("a", 5.0), film("b", 9.0)])
    )
    monkeypatch.setattr(library_run.folder_options, "library_of", lambda *_: there)
    monkeypatch.setattr(library_run, "_lanes", lambda *_: 2)
    monkeypatch.setattr(profile, "here", lambda: SimpleNamespace(gpus=("one", "two")))
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    arguments = SimpleNamespace(limit_time=None, between=None, films=[])
    library_run.run(arguments, Invocation(films=(), command_line=None))
    ((invocation, films),) = seen
    assert invocation.at_once == 3
    assert names(iter(films.next, None)) == ["b", "a"]
