"""Which process goes on as another stage, as decided by the scheduler's core."""

from __future__ import annotations

import dataclasses

import pytest

from ipc.declaration import Backend
from ipc.protocol import Error
from orchestrator.environments import registry
from orchestrator.execution.messages import Exited, Learn, Reported, StartWorker, TakeOver
from tests.orchestrator.execution.test_decide import Simulation, situation, stage

TORCH = ("torch",)


def of(declared, **changes):
    return dataclasses.replace(declared, **changes)


class InTurn(Simulation):
    """Lets each process do something in its turn; nothing fails."""

    def __init__(self, start):
        super().__init__(start, lambda count: count - 1)
        self.turn = 0

    def step(self):
        self.turn += 1
        there = len(self.alive)
        self.choose = lambda count: self.turn % there if count == there else count - 1
        super().step()


def gone_through(*stages, **options):
    """A simulated run of these stages, gone on with until it is over."""
    simulation = InTurn(situation(*stages, **options))
    simulation.go_on()
    for _ in range(200):
        if simulation.situation.over:
            break
        simulation.step()
        simulation.go_on()
    return simulation


def told(*stages, **options):
    """Starts and takeovers of a run in which nothing fails, in order."""
    simulation = gone_through(*stages, **options)
    assert all(job.status == "done" for job in simulation.situation.jobs.values())
    return [
        (type(action), action.job.id)
        for action in simulation.reports
        if isinstance(action, StartWorker | TakeOver)
    ]


def test_the_process_of_a_stage_that_is_over_goes_on_as_the_next_one_of_its_environment():
    actions = told(stage("a"), stage("b", "a"), stage("c", "b"), prestart=False)
    assert actions == [(StartWorker, (0, "a")), (TakeOver, (0, "b")), (TakeOver, (0, "c"))]


def test_nothing_is_started_ahead_that_would_import_the_same_packages_once_more():
    apart = told(stage("a"), stage("b", "a"))
    assert apart == [(StartWorker, (0, "a")), (StartWorker, (0, "b"))]
    shared = told(of(stage("a"), packages=TORCH), of(stage("b", "a"), packages=TORCH))
    assert shared == [(StartWorker, (0, "a")), (TakeOver, (0, "b"))]


def test_packages_of_the_way_in_which_a_stage_runs_count_too():
    one, two = (
        of(declared, backends=(dataclasses.replace(declared.backends[0], packages=TORCH),))
        for declared in (stage("a"), stage("b", "a"))
    )
    assert told(one, two) == [(StartWorker, (0, "a")), (TakeOver, (0, "b"))]


def test_of_stages_that_can_run_side_by_side_each_has_its_process():
    first, left, right = stage("a"), of(stage("b", "a"), packages=TORCH), of(stage("c", "a"), packages=TORCH)
    actions = told(first, left, right, cores=4)
    assert [action for action, _ in actions].count(StartWorker) == 3


@pytest.mark.parametrize("prestart", [True, False])
def test_of_brief_stages_side_by_side_one_waits_for_the_process_of_the_other(prestart):
    first = stage("a")
    left, right = (of(stage(name, "a"), packages=TORCH, brief=True) for name in "bc")
    last = stage("d", "b", "c")
    actions = told(first, left, right, last, cores=4, prestart=prestart)
    of_both = [(kind, job[1]) for kind, job in actions if job[1] in "bc"]
    assert len(of_both) == 2
    assert [job for _, job in of_both] == ["b", "c"]
    assert of_both[1] == (TakeOver, "c")
    apart = told(first, left, of(right, brief=False), last, cores=4, prestart=True)
    assert [kind for kind, job in apart if job[1] in "bc"].count(StartWorker) == 2


def test_a_brief_stage_takes_no_process_that_lacks_what_another_one_is_importing():
    first = stage("a")
    left, right = (of(stage(name, "a"), packages=TORCH, brief=True) for name in "bc")
    simulation = gone_through(first, left, right, cores=4)
    taken = [one for one in simulation.reports if isinstance(one, TakeOver)]
    assert [(one.job.id[1], one.worker.number) for one in taken] == [("c", 2)]  # not 1, the process of a


def test_brief_stages_of_several_films_are_all_done():
    first = stage("a")
    left, right = (of(stage(name, "a"), packages=TORCH, brief=True) for name in "bc")
    assert told(first, left, right, stage("d", "b", "c"), films=3, cores=4)


def test_a_free_process_is_given_away_ahead_of_its_next_stage_and_is_not_ended_meanwhile():
    actions = told(stage("a"), stage("b", "a"), stage("c", "b"), stage("d", "c"), cores=2)
    assert (TakeOver, (0, "d")) in actions or (TakeOver, (0, "c")) in actions
    assert [action for action, _ in actions].count(StartWorker) < 4


def test_workers_stay_with_their_stages_until_the_last_film():
    actions = told(stage("a"), stage("b", "a"), films=3, prestart=False)
    last = max(place for place, (_, job) in enumerate(actions) if job[1] == "a")
    assert all(action is StartWorker for action, _ in actions[: last + 1])
    assert len(actions) <= 3


@pytest.mark.parametrize(
    "other",
    [
        of(stage("b", "a"), backends=(Backend(device="cpu", env="nlp", runner="fake.b"),)),
        of(stage("b", "a"), backends=(Backend(device="cuda", env="media", runner="fake.b"),)),
        of(stage("b", "a"), secrets=("TMDB_TOKEN",)),
    ],
    ids=["environment", "accelerator", "credentials"],
)
def test_a_process_never_changes_its_environment_its_device_or_its_credentials(other):
    actions = told(stage("a"), other, prestart=False)
    assert actions == [(StartWorker, (0, "a")), (StartWorker, (0, "b"))]


@pytest.mark.parametrize(("locked", "expected"), [({}, StartWorker), ({"threadpoolctl": "3"}, TakeOver)])
def test_other_threads_need_a_library_that_resizes_the_pools(locked, expected, monkeypatch):
    monkeypatch.setattr(registry, "locked", lambda _env: locked)
    monkeypatch.setattr("sys.platform", "linux")
    one, many = stage("a"), stage("b", "a")
    many = of(many, resources=dataclasses.replace(many.resources, cores=2))
    assert told(one, many, prestart=False)[-1] == (expected, (0, "b"))


def test_no_decision_reads_what_an_environment_holds(monkeypatch):
    start = situation(stage("a"), stage("b", "a"), prestart=False)
    monkeypatch.delattr(registry, "locked")
    simulation = InTurn(start)
    simulation.go_on()
    for _ in range(20):
        simulation.step()
        simulation.go_on()
        if simulation.situation.over:
            break
    assert any(isinstance(action, TakeOver) for action in simulation.reports)


def test_a_process_that_could_not_become_another_stage_is_replaced_by_a_new_one():
    simulation = InTurn(situation(stage("a"), stage("b", "a"), prestart=False))
    simulation.go_on()
    for _ in range(200):
        if simulation.situation.over:
            break
        first = simulation.situation.workers.get(1)
        if first is not None and first.recipe.stage == "b" and first.status == "starting":
            del simulation.alive[1]
            simulation.handle(Exited(1, -11, "the end", for_memory=False, now=0.0))
        else:
            simulation.step()
        simulation.go_on()
    kinds = [type(one) for one in simulation.reports if isinstance(one, StartWorker | TakeOver)]
    assert kinds == [StartWorker, TakeOver, StartWorker]
    assert all(job.status == "done" for job in simulation.situation.jobs.values())


@pytest.mark.parametrize("while_loading", [True, False])
def test_a_stage_that_fails_in_the_process_of_another_is_tried_in_one_of_its_own(while_loading):
    simulation = InTurn(situation(stage("a"), stage("b", "a"), prestart=False))
    simulation.go_on()
    for _ in range(200):
        if simulation.situation.over:
            break
        first = simulation.situation.workers.get(1)
        due = "starting" if while_loading else "busy"
        if first is not None and first.recipe.stage == "b" and first.status == due:
            failed = Error(category="oom_host", type="MemoryError", message="no memory")
            simulation.alive[1] = "ready"
            simulation.handle(Reported(1, failed, 0.0))
        else:
            simulation.step()
        simulation.go_on()
    kinds = [type(one) for one in simulation.reports if isinstance(one, StartWorker | TakeOver | Learn)]
    assert kinds == [StartWorker, TakeOver, StartWorker]
    assert all(job.status == "done" for job in simulation.situation.jobs.values())
