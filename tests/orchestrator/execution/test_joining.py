"""Films that join a run while it goes, and leave it."""

from __future__ import annotations

import threading
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from ipc.protocol import Heartbeat
from orchestrator.execution.joining import Close, Join, Leave, Refuse
from orchestrator.execution.messages import Added, Cancelled, Forget, NoMore, Stop
from orchestrator.execution.tasks import tasks_of
from orchestrator.run_state.events import FilmAdded, FilmEnded, FilmRefused, StepRunning, StepStarting
from tests.orchestrator import toy_stages as small
from tests.orchestrator.execution import test_scheduler
from tests.orchestrator.execution.test_decide import Simulation, graphs, situation, stage
from tests.orchestrator.toy_stages import declared, make_plan

film, home, store = test_scheduler.film, test_scheduler.home, test_scheduler.store


def tasks(stages, number):
    """The tasks of film number `number`."""
    plan = next(iter(situation(*stages).jobs.values())).task.plan
    return tuple(tasks_of(number, plan, 2))


def open_to(stages, choose=lambda bound: bound - 1):
    """A simulation of a run without films that expects some."""
    one = Simulation(situation(*stages, films=0), choose)
    one.situation = type(one.situation)(rules=one.situation.rules, expecting=True)
    return one


@settings(max_examples=60, deadline=None)
@given(graphs(), st.randoms(use_true_random=False))
def test_every_job_ends_once_whenever_films_join_and_leave(stages, random):
    one = open_to(stages, random.randrange)
    jobs = []
    for number in range(3):
        added = tasks(stages, number)
        jobs += [task.id for task in added]
        one.handle(Added(added))
        one.go_on()
        for _ in range(random.randrange(12)):
            if one.alive:
                one.step()
        if random.randrange(3) == 0:
            one.handle(Cancelled(random.randrange(number + 1)))
            one.go_on()
    one.handle(NoMore())
    one.go_on()
    for _ in range(2000):
        if one.situation.over or not one.alive:
            break
        one.step()
    assert one.situation.over
    assert one.ends == Counter(jobs)


def test_a_run_that_expects_films_keeps_its_workers_and_does_not_end():
    one = open_to([stage("a")])
    one.handle(Added(tasks([stage("a")], 0)))
    one.go_on()
    for _ in range(2):  # it loads, and runs
        one.step()
    assert not one.situation.open
    assert not one.situation.over
    assert one.alive == {1: "ready"}
    one.handle(Forget(0))
    assert not one.situation.jobs
    one.handle(Added(tasks([stage("a")], 1)))
    one.go_on()
    assert one.alive == {1: "run"}


def test_a_film_that_leaves_stops_only_its_own_stages():
    one = open_to([stage("a")])
    for number in range(2):
        one.handle(Added(tasks([stage("a")], number)))
    one.go_on()
    one.step()
    assert one.alive == {1: "run"}
    one.handle(Cancelled(0))
    assert one.alive == {1: "stop"}
    assert one.situation.jobs[0, "a"].status == "failed"
    assert one.situation.jobs[1, "a"].status == "ready"


def test_a_stop_ends_a_run_that_expects_films():
    one = open_to([stage("a")])
    one.handle(Stop())
    assert one.situation.over


def test_a_film_joins_a_run_and_finds_the_workers_of_the_film_before(store, tmp_path, film):
    stages = declared(small.stage("a", "film"), small.stage("b", "a"))
    made, recorder = test_scheduler.scheduler(store, tmp_path)
    second = tmp_path / "second.txt"
    second.write_text("another film")
    first_ended = threading.Event()

    def watch(event, state):
        if isinstance(event, FilmEnded):
            first_ended.set()

    def feed():
        made.door.ask(Join(make_plan(film, store, stages), "one"))
        assert first_ended.wait(20)
        made.door.ask(Join(make_plan(second, store, stages), "two"))
        made.door.ask(Refuse(id="three", path="x.mkv", message="no film", hint="", status=4))
        made.door.ask(Close())

    made.observe(watch)
    thread = threading.Thread(target=feed)
    thread.start()
    state = made.run([], expecting=True)
    thread.join()
    assert [film.ended for film in state.films] == ["done", "done"]
    assert [(e.film, e.id) for e in recorder.of(FilmAdded)] == [(0, "one"), (1, "two")]
    assert [(e.film, e.id, e.outcome) for e in recorder.of(FilmEnded)] == [
        (0, "one", "done"),
        (1, "two", "done"),
    ]
    assert [e.id for e in recorder.of(FilmRefused)] == ["three"]
    assert sorted(path.name for path in (tmp_path / "logs").iterdir()) == ["a.log", "b.log"]


def test_a_film_that_leaves_ends_as_cancelled(store, tmp_path, film):
    stages = declared(small.stage("a", "film", seconds=30.0), small.stage("b", "a"))
    made, recorder = test_scheduler.scheduler(store, tmp_path)

    def leave(event, state):
        if isinstance(event, StepRunning):
            made.door.ask(Leave("one"))
            made.door.ask(Close())

    made.observe(leave)
    made.door.ask(Join(make_plan(film, store, stages), "one"))
    state = made.run([], expecting=True)
    assert [event.outcome for event in recorder.of(FilmEnded)] == ["cancelled"]
    assert {step.status for step in state.films[0].steps} == {"skipped"}
    assert len(recorder.of(StepStarting)) == 1


def test_a_film_that_joins_while_an_idle_worker_reports_its_memory_begins_at_once(store, tmp_path, film):
    """The loop looks at both in one turn: what follows from the film must not be lost."""
    stages = declared(small.stage("a", "film"))
    made, _ = test_scheduler.scheduler(store, tmp_path)
    second = tmp_path / "second.txt"
    second.write_text("another film")
    ended, in_time, workers = threading.Semaphore(0), [], []
    original = made._next_post

    def next_post(seconds):
        post = original(seconds)
        if post is not None:
            workers.append(post[0])
        elif workers and made.door._requests.qsize():
            return workers[-1], Heartbeat(rss=1, peak_rss=1)
        return post

    def watch(event, state):
        if isinstance(event, FilmEnded):
            ended.release()

    def feed():
        for number, path in enumerate((film, second)):
            made.door.ask(Join(make_plan(path, store, stages), str(number)))
            in_time.append(ended.acquire(timeout=10))
        made.door.ask(Close())

    made._next_post = next_post
    made.observe(watch)
    thread = threading.Thread(target=feed)
    thread.start()
    made.run([], expecting=True)
    thread.join()
    assert in_time == [True, True]
