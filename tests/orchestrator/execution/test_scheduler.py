"""The scheduler over real child processes: order, sharing, the failure table, and how a run is stopped."""

from __future__ import annotations

import errno
import os
import signal
import threading
import time

import pytest

from ipc.artifacts import read
from orchestrator.execution.scheduler import Scheduler
from orchestrator.machine.limits import Limits
from orchestrator.run_state.events import StepFellBack, StepRetried, StepStarting
from orchestrator.surroundings import stop_requests
from orchestrator.surroundings.streams import OutputError
from tests.orchestrator import toy_stages as small
from tests.orchestrator.machines import YES, machine
from tests.orchestrator.toy_stages import declared, make_plan, stage

LIMITS = Limits(cores=2, memory_mb=4000)


class Hooks:
    def draft(self, plan, step):
        raise AssertionError("no external outputs here")

    def publish(self, plan, step, entry):
        return ()


class Recorder:
    def __init__(self):
        self.events = []

    def __call__(self, event, state):
        self.events.append(event)

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))


@pytest.fixture
def film(tmp_path):
    path = tmp_path / "film.txt"
    path.write_text("a film")
    return path


@pytest.fixture
def store(tmp_path):
    return small.new_store(tmp_path)


def scheduler(store, tmp_path, **options):
    logs = tmp_path / "logs"
    logs.mkdir(exist_ok=True)
    recorder = Recorder()
    made = Scheduler(
        store,
        logs,
        Hooks(),
        observers=[recorder],
        limits=LIMITS,
        spawn=options.pop("spawn", small.spawn),
        **options,
    )
    return made, recorder


def run(store, tmp_path, film, stages, **options):
    made, recorder = scheduler(store, tmp_path)
    state = made.run([make_plan(film, store, stages, **options)])
    return {step.name: step for step in state.films[0].steps}, recorder


def test_stages_run_in_their_order_and_hand_their_results_on(store, tmp_path, film):
    stages = declared(stage("a", "film"), stage("b", "a"), stage("c", "a", "b"))
    steps, _ = run(store, tmp_path, film, stages)
    assert [step.status for step in steps.values()] == ["done"] * 3
    rows = read(store.find(steps["c"].key).path("turns"), "turns").rows()
    assert [row["speaker"] for row in rows] == ["aa fil", "aa fil", "b", "c"]


def test_a_second_run_starts_no_process(store, tmp_path, film):
    stages = declared(stage("a", "film"), stage("b", "a"))
    run(store, tmp_path, film, stages)
    made, recorder = scheduler(store, tmp_path, spawn=None)
    state = made.run([make_plan(film, store, stages)])
    assert {step.status for step in state.films[0].steps} == {"cached"}
    assert not recorder.of(StepStarting)


def test_independent_stages_run_side_by_side(store, tmp_path, film):
    stages = declared(stage("a", "film"), stage("b", "a", seconds=2.0), stage("c", "a", seconds=2.0))
    steps, _ = run(store, tmp_path, film, stages)
    assert steps["b"].started < steps["c"].ended
    assert steps["c"].started < steps["b"].ended


def test_a_worker_is_started_ahead_of_need(store, tmp_path, film):
    stages = declared(stage("a", "film", seconds=2.5), stage("b", "a", slow_load=1.0))
    steps, _ = run(store, tmp_path, film, stages)
    assert steps["b"].started - steps["a"].ended < 0.5


def test_one_worker_serves_the_same_stage_of_two_films(store, tmp_path, film):
    other = tmp_path / "other.txt"
    other.write_text("Other film")
    stages = declared(stage("a", "film"), stage("b", "a"))
    made, _ = scheduler(store, tmp_path)
    state = made.run([make_plan(path, store, stages) for path in (film, other)])
    assert all(step.status == "done" for f in state.films for step in f.steps)
    assert sorted(p.name for p in (tmp_path / "logs").iterdir()) == ["a.log", "b.log"]


def test_a_stage_killed_once_is_tried_again(store, tmp_path, film):
    steps, recorder = run(
        store, tmp_path, film, declared(stage("a", "film", what="kill once", marks=str(tmp_path)))
    )
    assert steps["a"].status == "done"
    assert steps["a"].retries == 1
    assert "killed by signal 9" in recorder.of(StepRetried)[0].reason


def test_a_stage_killed_twice_fails_and_its_dependents_are_skipped(store, tmp_path, film):
    stages = declared(stage("a", "film", what="kill always"), stage("b", "a"), stage("c", "film"))
    steps, _ = run(store, tmp_path, film, stages)
    assert (steps["a"].status, steps["a"].error.category) == ("failed", "crash")
    assert steps["b"].status == "skipped"
    assert steps["c"].status == "done"


@pytest.mark.parametrize(
    ("what", "category", "says"),
    [
        ("input", "input", "the film has no sound"),
        ("bug", "crash", "ValueError: nobody expected this"),
        ("nothing saved", "contract", "did not save its outputs turns"),
    ],
)
def test_an_error_that_a_stage_explains_is_not_retried(store, tmp_path, film, what, category, says):
    steps, recorder = run(store, tmp_path, film, declared(stage("a", "film", what=what)))
    assert steps["a"].error.category == category
    assert says in steps["a"].error.message
    assert not recorder.of(StepRetried)


def test_a_full_disk_stops_everything(store, tmp_path, film):
    stages = declared(stage("a", "film", what="storage"), stage("b", "film", seconds=5))
    started = time.monotonic()
    steps, _ = run(store, tmp_path, film, stages)
    assert steps["a"].error.category == "storage"
    assert steps["b"].status != "done"
    assert time.monotonic() - started < 5


def test_out_of_memory_halves_the_batch_in_the_same_worker(store, tmp_path, film):
    stages = declared(stage("a", "film", what="oom until 2", batch_size=8))
    steps, recorder = run(store, tmp_path, film, stages)
    assert steps["a"].status == "done"
    assert steps["a"].facts["batch"] == 2
    assert [e.note for e in recorder.of(StepFellBack)] == [
        "out of memory on cpu: batch size 8 -> 4",
        "out of memory on cpu: batch size 4 -> 2",
    ]
    assert len(list((tmp_path / "logs").iterdir())) == 1


@pytest.mark.parametrize("load", [False, True])
def test_out_of_memory_at_the_floor_goes_to_the_next_device(store, tmp_path, film, monkeypatch, load):
    monkeypatch.setattr("orchestrator.planning.plan.this_machine", lambda: machine(media={"cuda": YES}))
    defaults = {"fail_load": True} if load else {"what": "oom on cuda"}
    stages = declared(stage("a", "film", devices=("cuda", "cpu"), **defaults))
    steps, _ = run(store, tmp_path, film, stages)
    assert (steps["a"].status, steps["a"].device) == ("done", "cpu")
    assert steps["a"].fallbacks == ("out of memory on cuda; falling back to cpu",)
    assert store.find(steps["a"].key).manifest.ingredients["device"] == "cpu"


def test_a_stage_without_progress_is_stalled_and_retried(store, tmp_path, film):
    stages = declared(stage("a", "film", what="hang once", marks=str(tmp_path), stall_s=3.0))
    steps, recorder = run(store, tmp_path, film, stages)
    assert steps["a"].status == "done"
    assert "no progress" in recorder.of(StepRetried)[0].reason
    assert "most recent call first" in (tmp_path / "logs" / "a.log").read_text()
    assert not small.alive()


def test_a_degradation_is_recorded_in_the_state_and_the_store(store, tmp_path, film):
    steps, _ = run(store, tmp_path, film, declared(stage("a", "film", what="degraded")))
    assert steps["a"].degraded == ("only half was heard",)
    assert store.find(steps["a"].key).manifest.degraded == ("only half was heard",)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_run_and_everything_it_started(store, tmp_path, film, number):
    stages = declared(stage("a", "film", what="stubborn"), stage("b", "film", seconds=60))
    made, _ = scheduler(store, tmp_path)
    threading.Timer(1.5, os.kill, (os.getpid(), number)).start()
    started = time.monotonic()
    state = made.run([make_plan(film, store, stages)])
    assert state.interrupted
    assert time.monotonic() - started < 1.5 + 5
    assert not small.alive()
    assert not [p for p in (tmp_path / "store").glob("attempts/*") if p.is_dir()]


def test_a_signal_whose_exception_was_lost_before_the_run_stops_it(store, tmp_path, film, monkeypatch):
    monkeypatch.setattr(stop_requests, "_received", ["SIGTERM"])
    made, _ = scheduler(store, tmp_path)
    state = made.run([make_plan(film, store, declared(stage("a", "film", seconds=60)))])
    assert (state.interrupted, small.alive()) == (True, [])


def test_a_runner_of_another_version_is_refused(store, tmp_path, film):
    def spawn(backend, threads, log, posts, extra=None):
        return small.spawn(backend, threads, log.with_name("other.log"), posts)

    made, _ = scheduler(store, tmp_path, spawn=spawn)
    state = made.run([make_plan(film, store, declared(stage("a", "film")))])
    error = state.films[0].steps[0].error
    assert error.category == "contract"
    assert "stage other version 1" in error.message
    assert "expected a version 1" in error.message


def test_a_result_of_a_film_that_was_replaced_while_it_was_read_is_not_kept(store, tmp_path, film):
    stages = declared(stage("a", "film", seconds=0.5))
    planned = make_plan(film, store, stages)
    film.write_text("another film altogether")
    made, _ = scheduler(store, tmp_path)
    state = made.run([planned])
    error = state.films[0].steps[0].error
    assert (error.category, error.message) == ("input", "film.txt: the file changed during the run")
    assert make_plan(film, store, stages).step("a").verdict == "run"


def test_a_run_whose_reader_has_gone_stops(store, tmp_path, film):
    def closed(event, state):
        if isinstance(event, StepStarting):
            raise OutputError(errno.EPIPE, "Broken pipe")

    made, _ = scheduler(store, tmp_path)
    made._broadcast._observers.append(closed)
    state = made.run([make_plan(film, store, declared(stage("a", "film", seconds=60.0)))])
    assert state.interrupted
    assert made.lost_output.reader_gone
    assert not small.alive()
