"""Who may use an accelerator beside whom, and how long a worker serves."""

from __future__ import annotations

import dataclasses

import pytest

from ipc.declaration import Backend, Resources
from ipc.protocol import Run
from orchestrator.execution.scheduler import Scheduler
from orchestrator.machine import limits as resources
from orchestrator.machine.answers import Answer
from orchestrator.machine.limits import Limits
from orchestrator.planning import plan
from orchestrator.storage.store import Store
from tests.orchestrator.execution.test_scheduler_decisions import Hooks, later
from tests.orchestrator.fakes import House, stage
from tests.orchestrator.machines import machine


def on(device, name, *sources, vram_mb=4000, runs=0):
    backend = Backend(device=device, env="media", runner=f"fake.{name}", runs=runs)
    needs = Resources(cores=1, memory_mb=100, vram_mb=vram_mb)
    return dataclasses.replace(stage(name, *sources), backends=(backend,), resources=needs)


class Busy(House):
    """Keeps every run going for a moment, and notes who is at work together."""

    def __init__(self):
        super().__init__()
        self.working, self.together = set(), set()

    def on_run(self, fake, run):
        self.working.add(fake.name)
        self.together.add(frozenset(self.working))
        later(0.2, self.end, fake, run)

    def end(self, fake, run):
        self.working.discard(fake.name)
        fake.succeed(run)


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("orchestrator.planning.choices.devices._likely", lambda backend, machine: True)
    (tmp_path / "logs").mkdir()
    store = Store(tmp_path / "store")

    def go(house, stages, memory_mb=0, films=("film",), **options):
        answers = {device: Answer(memory_mb=memory_mb) for device in ("cuda", "mps", "mlx")}
        here = machine(media=answers)
        plans = []
        for name in films:
            film = tmp_path / name
            film.write_text(name)
            declared = {one.name: one for one in stages}
            plans.append(
                plan.make(
                    film, store=store, destination=tmp_path / f"{name}.mkv", stages=declared, machine=here
                )
            )
        limits = Limits(cores=4, memory_mb=9000)
        made = Scheduler(
            store, tmp_path / "logs", Hooks(), limits=limits, machine=here, spawn=house.spawn, **options
        )
        state = made.run(plans)
        assert {step.status for film in state.films for step in film.steps} == {"done"}
        return house

    return go


def test_mps_and_mlx_are_one_gpu():
    assert resources.accelerator("mps") == resources.accelerator("mlx") != resources.accelerator("cuda")
    assert resources.accelerator("cpu") == ""


@pytest.mark.parametrize("devices", [("cuda", "cuda"), ("mps", "mlx")])
@pytest.mark.parametrize(
    ("memory_mb", "side_by_side"), [(0, False), (6000, False), (9000, False), (24000, True)]
)
def test_two_stages_share_a_gpu_only_if_its_memory_suffices_for_both(run, devices, memory_mb, side_by_side):
    first, second = devices
    house = run(Busy(), [on(first, "a", "film"), on(second, "b", "film")], memory_mb)
    assert (frozenset("ab") in house.together) is side_by_side


def test_an_idle_worker_gives_its_memory_to_the_next_stage(run):
    house = run(Busy(), [on("cuda", "a", "film"), on("cuda", "b", "a")], 6000, prestart=False)
    assert house.of("a")[0].ended


@pytest.mark.parametrize(("memory_mb", "side_by_side"), [(6000, False), (24000, True)])
def test_a_stage_that_needs_more_than_the_gpu_has_runs_on_it_alone(run, memory_mb, side_by_side):
    large, small = on("cuda", "a", "film", vram_mb=9000), on("cuda", "b", "film", vram_mb=500)
    house = run(Busy(), [large, small], memory_mb)
    assert (frozenset("ab") in house.together) is side_by_side
    assert [len(house.of(name)) for name in "ab"] == [1, 1]


def runs_of(house):
    return [sum(isinstance(command, Run) for command in fake.commands) for fake in house.made]


def test_a_worker_is_replaced_after_the_run_limit_of_its_backend(run):
    films = ("one", "two", "three")
    assert runs_of(run(House(), [on("mlx", "a", "film", runs=1)], films=films, prestart=False)) == [1, 1, 1]


def test_how_many_runs_a_worker_serves_can_be_set(run):
    films = ("one", "two", "three")
    house = run(House(), [on("mlx", "a", "film", runs=1)], films=films, recycle=2, prestart=False)
    assert runs_of(house) == [2, 1]


def test_without_a_limit_one_worker_serves_all(run):
    films = ("one", "two", "three")
    house = run(House(), [on("mlx", "a", "film", runs=1)], films=films, recycle=0, prestart=False)
    assert runs_of(house) == [3]
