"""What the scheduler decides, by workers that are no processes."""

from __future__ import annotations

import dataclasses
import os
import queue
import signal
import threading
import time
from pathlib import Path

import pytest

from ipc.declaration import Backend, Output
from ipc.digests import file_digest
from ipc.protocol import ArtifactWritten, Error, Load, Log, Ready, Result, Run, Started
from orchestrator.execution.executor import Executor
from orchestrator.execution.messages import Action
from orchestrator.execution.scheduler import Scheduler
from orchestrator.execution.worker import ProcessEnded
from orchestrator.machine.limits import Limits
from orchestrator.planning import plan
from orchestrator.run_state.events import StepRetried
from orchestrator.storage.store import Store
from tests.orchestrator.fakes import Fake, House, stage

LIMITS = Limits(cores=2, memory_mb=4000)


def later(seconds, call, *arguments):
    timer = threading.Timer(seconds, call, arguments)
    timer.daemon = True
    timer.start()


class Hooks:
    def draft(self, plan, step):
        raise AssertionError("no external outputs here")

    def place(self, plan, step, draft, digest):
        raise AssertionError("no external outputs here")

    def publish(self, plan, step, entry):
        return ()


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


class Bench:
    """A store, films, and a scheduler whose workers come from a `House`."""

    def __init__(self, folder):
        self.folder = folder
        self.store = Store(folder / "store")
        self.logs = folder / "logs"
        self.logs.mkdir()
        self.events = []

    def film(self, name, text=None):
        path = self.folder / name
        path.write_text(text or name)
        return path

    def run(
        self, house, stages, films=("film",), limits=LIMITS, published=(), hooks=None, text=None, **options
    ):
        declared = {s.name: s for s in stages}
        plans = [
            plan.make(
                self.film(name, text),
                store=self.store,
                destination=self.folder / f"{name}.mkv",
                stages=declared,
                published=published,
            )
            for name in films
        ]
        scheduler = Scheduler(
            self.store,
            self.logs,
            hooks or Hooks(),
            observers=[lambda event, state: self.events.append(event)],
            limits=limits,
            spawn=house.spawn,
            **options,
        )
        self.state = scheduler.run(plans)
        return {step.name: step for step in self.state.films[0].steps}


def test_a_worker_that_cannot_load_is_not_prestarted_repeatedly(bench):
    class Broken(House):
        def on_load(self, fake):
            if fake.name == "b":
                fake.fail("env", "no module named torch")
            else:
                super().on_load(fake)

        def on_run(self, fake, run):
            later(0.3, fake.succeed, run)  # while this one works, the loop turns as often as the other fails

    house = Broken()
    steps = bench.run(house, [stage("a", "film"), stage("b", "a")])
    assert (steps["b"].status, steps["b"].error.category) == ("failed", "env")
    assert steps["b"].error.message == "no module named torch"
    assert len(house.of("b")) <= 2


def test_a_stalled_stage_that_reports_its_cancellation_still_counts_as_stalled(bench):
    class Slow(House):
        def on_run(self, fake, run):
            if len(self.made) == 1:
                fake.say(Started(job=run.job))
            else:
                fake.succeed(run)

        def on_stop(self, fake, *, at_once):
            if not at_once:
                fake.fail("cancelled", "stopped as asked")
            fake.exit(0)

    house = Slow()
    steps = bench.run(house, [stage("a", "film", stall_s=0.2)])
    assert steps["a"].status == "done"
    assert steps["a"].retries == 1
    assert "no progress" in next(e for e in bench.events if isinstance(e, StepRetried)).reason


def test_a_stalled_stage_that_still_finishes_is_done_and_its_worker_is_replaced(bench):
    class Late(House):
        def on_run(self, fake, run):
            if run.inputs["film"].endswith("two"):
                fake.succeed(run)
            else:
                self.late = run
                fake.say(Started(job=run.job))

        def on_stop(self, fake, *, at_once):
            if not at_once and self.late is not None:
                fake.succeed(self.late)
                self.late = None
                later(0.1, fake.exit, 0)

    house = Late()
    bench.run(house, [stage("a", "film", stall_s=0.2)], films=("one", "two"))
    assert [film.steps[0].status for film in bench.state.films] == ["done", "done"]
    assert [sum(isinstance(c, Run) for c in fake.commands) for fake in house.made] == [1, 1]


def test_a_log_line_does_not_count_as_progress(bench):
    class Chatty(House):
        def on_run(self, fake, run):
            fake.say(Started(job=run.job))
            for n in range(1, 30):
                later(0.1 * n, fake.say, Log(level="info", message="still here"))

    steps = bench.run(Chatty(), [stage("a", "film", stall_s=0.2)])
    assert (steps["a"].status, steps["a"].error.category) == ("failed", "stalled")


def test_a_process_that_ends_without_an_error_is_retried(bench):
    class Quits(House):
        def on_run(self, fake, run):
            if len(self.made) == 1:
                fake.exit(3)
            else:
                fake.succeed(run)

    steps = bench.run(Quits(), [stage("a", "film")])
    assert (steps["a"].status, steps["a"].retries) == ("done", 1)


def test_a_worker_that_reported_a_crash_gets_no_more_work(bench):
    class Crashes(House):
        def on_run(self, fake, run):
            if run.inputs["film"].endswith("one"):
                fake.fail("crash", "CUDA error: device-side assert triggered")
            else:
                fake.succeed(run)

    house = Crashes()
    bench.run(house, [stage("a", "film")], films=("one", "two"))
    assert [film.steps[0].status for film in bench.state.films] == ["failed", "done"]
    assert len(house.made) == 2


def test_a_worker_that_refused_its_input_serves_the_next_film(bench):
    class Refuses(House):
        def on_run(self, fake, run):
            if run.inputs["film"].endswith("one"):
                fake.fail("input", "the film has no sound")
            else:
                fake.succeed(run)

    house = Refuses()
    bench.run(house, [stage("a", "film")], films=("one", "two"))
    assert [film.steps[0].status for film in bench.state.films] == ["failed", "done"]
    assert len(house.made) == 1


def test_two_copies_of_a_film_are_worked_on_once(bench):
    class Counts(House):
        runs = 0

        def on_run(self, fake, run):
            self.runs += 1
            fake.succeed(run)

    house = Counts()
    declared = {"a": stage("a", "film")}
    plans = [
        plan.make(
            bench.film(n, "same"), store=bench.store, destination=bench.folder / f"{n}.mkv", stages=declared
        )
        for n in ("one", "two")
    ]
    scheduler = Scheduler(bench.store, bench.logs, Hooks(), spawn=house.spawn)
    state = scheduler.run(plans)
    assert [film.steps[0].status for film in state.films] == ["done", "cached"]
    assert house.runs == 1


def test_the_oldest_film_is_finished_first(bench):
    house = House()
    bench.run(
        house, [stage("a", "film"), stage("b", "a")], films=("one", "two", "three"),
        limits=Limits(cores=1, memory_mb=4000),
    )  # fmt: skip
    ends = [film.steps[1].ended for film in bench.state.films]
    assert ends == sorted(ends)


def test_prestarted_workers_stay_within_the_available_memory(bench):
    class Watched(House):
        most = 0

        def spawn(self, *arguments):
            fake = super().spawn(*arguments)
            alive = [f for f in self.made if not f.ended]
            self.most = max(self.most, 100 * len(alive))
            return fake

    house = Watched()
    chain = [stage("a", "film"), stage("b", "a"), stage("c", "b"), stage("d", "c"), stage("e", "d")]
    steps = bench.run(house, chain, limits=Limits(cores=2, memory_mb=250))
    assert {step.status for step in steps.values()} == {"done"}
    assert house.most <= 200


def test_a_stage_that_needs_more_than_the_available_memory_still_runs(bench):
    steps = bench.run(
        House(),
        [stage("a", "film"), stage("b", "a", memory_mb=9000), stage("c", "b")],
        limits=Limits(cores=2, memory_mb=250),
    )
    assert {step.status for step in steps.values()} == {"done"}


def test_only_as_many_idle_workers_end_as_memory_needs(bench):
    class Holds(House):
        def on_run(self, fake, run):
            fake.succeed(run)

    # Film two needs every worker again: each that was ended for nothing has to be started again.
    chain = [stage("a", "film"), stage("b", "a"), stage("c", "b"), stage("d", "c", memory_mb=200)]
    house = Holds()
    bench.run(house, chain, films=("one", "two"), limits=Limits(cores=1, memory_mb=400), prestart=False)
    assert len(house.made) <= 6


def test_without_starting_ahead_a_worker_is_started_when_its_turn_comes(bench):
    class Order(House):
        def on_run(self, fake, run):
            loads = sum(isinstance(command, Load) for made in self.made for command in made.commands)
            assert loads == "abc".index(fake.name) + 1
            fake.succeed(run)

    steps = bench.run(Order(), [stage("a", "film"), stage("b", "a"), stage("c", "b")], prestart=False)
    assert {step.status for step in steps.values()} == {"done"}


def test_a_worker_of_another_version_started_ahead_is_refused_when_it_is_needed(bench):
    class Old(House):
        def on_load(self, fake):
            fake.hello(version=2 if fake.name == "b" else 1)
            fake.say(Ready(seconds=0.0))

        def on_run(self, fake, run):
            later(0.3, fake.succeed, run)

    house = Old()
    steps = bench.run(house, [stage("a", "film"), stage("b", "a")])
    assert steps["b"].error.category == "contract"
    assert len(house.of("b")) <= 2


@pytest.mark.timeout(60)
def test_a_batch_of_a_hundred_films_is_scheduled_quickly(bench):
    house = House()
    chain = [stage("a", "film"), stage("b", "a"), stage("c", "b"), stage("d", "c"), stage("e", "d")]
    bench.run(house, chain, films=[f"film {n}" for n in range(100)])
    assert all(step.status == "done" for film in bench.state.films for step in film.steps)


def test_a_stored_result_that_lacks_a_requested_output_is_made_again_once(bench):
    class EveryOutput(House):
        def on_run(self, fake, run):
            for name, output in run.outputs.items():
                path = Path(run.output_dir) / output["filename"]
                path.write_text(name)
                fake.say(ArtifactWritten(name=name, kind="file", path=str(path), digest=file_digest(path)))
            fake.say(Result(job=run.job, seconds=0.1, method="fake", degraded=(), facts={}))

    old, reader = stage("a", "film"), stage("b", "a")
    more = Output(name="more", kind="file", filename="more.txt")
    new = dataclasses.replace(old, outputs=(*old.outputs, more))
    first = bench.run(EveryOutput(), [old, reader])
    unasked = bench.run(EveryOutput(), [new, reader])
    requested = bench.run(EveryOutput(), [new, reader], published=("more",))
    again = bench.run(EveryOutput(), [new, reader], published=("more",))
    assert [steps["a"].status for steps in (first, unasked, requested, again)] == [
        "done",
        "cached",
        "done",
        "cached",
    ]
    assert requested["b"].status == "cached"
    assert bench.store.find(requested["a"].key, ["out", "more"]).path("more").read_text() == "more"


def test_workers_get_their_grace_period_even_while_a_film_is_published(bench, monkeypatch):
    class Asked(House):
        kills = 0

        def on_run(self, fake, run):
            if fake.name == "a":
                fake.succeed(run)
            else:
                fake.say(Started(job=run.job))

        def on_stop(self, fake, *, at_once):
            self.kills += at_once and fake.name == "b"
            later(0.3, fake.exit)

    class Slow(Hooks):
        def publish(self, plan, step, entry):
            later(0.1, os.kill, os.getpid(), signal.SIGINT)
            time.sleep(1.0)
            return ()

    monkeypatch.setattr("orchestrator.execution.scheduler.STOP_SECONDS", 0.8)
    house = Asked()
    bench.run(house, [stage("a", "film"), stage("b", "film")], hooks=Slow())
    assert bench.state.interrupted
    assert house.kills == 0


@pytest.mark.parametrize(("status", "for_memory"), [(-9, True), (-15, False)])
def test_an_out_of_memory_kill_is_not_hidden_by_another_workers_error(monkeypatch, status, for_memory):
    kills = [0]
    monkeypatch.setattr("orchestrator.execution.worker.oom_kills", lambda: kills[0])
    executor = Executor(None, None, Path(), queue.SimpleQueue(), None, None)
    killed, other = (
        Fake(None, Backend(device="cpu", env="media", runner="fake.a"), 1, None, None) for _ in "ab"
    )
    executor._processes = {1: killed, 2: other}
    kills[0] = 1
    executor.translate(other, Error(category="crash", type="ValueError", message="unrelated"), 1.0)
    assert executor.translate(killed, ProcessEnded(status), 1.1).for_memory is for_memory


def test_a_provisional_result_is_made_once_in_a_run_and_again_in_the_next(bench):
    class Away(House):
        def on_run(self, fake, run):
            path = Path(run.output_dir) / "out.txt"
            path.write_text("nothing came from the network")
            fake.say(
                Started(job=run.job),
                ArtifactWritten(name="out", kind="file", path=str(path), digest=file_digest(path)),
                Result(
                    job=run.job, seconds=0.1, method="fake", degraded=(), facts={"transient": "no network"}
                ),
            )

    def runs_of(house):
        return sum(isinstance(command, Run) for fake in house.made for command in fake.commands)

    for _ in range(2):
        house = Away()
        bench.run(house, [stage("a", "film")], films=("one", "two"), text="the same content")
        assert runs_of(house) == 1


def test_an_action_that_the_executor_does_not_know_is_an_error():
    executor = Executor(None, None, Path(), queue.SimpleQueue(), None, None)
    with pytest.raises(TypeError, match="cannot carry out Action"):
        executor.carry_out(Action())
