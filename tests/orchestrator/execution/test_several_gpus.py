"""Films and stages on a machine with several GPUs, by workers that are no processes."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import pytest

from ipc.declaration import Backend, Resources
from orchestrator.execution.scheduler import Scheduler
from orchestrator.machine.answers import Answer
from orchestrator.machine.limits import Limits
from orchestrator.planning import plan
from orchestrator.run_state import run_json
from orchestrator.run_state.events import StepLog, StepStarting
from orchestrator.storage.store import Store
from orchestrator.views import summary
from tests.orchestrator import toy_stages
from tests.orchestrator.execution.test_scheduler_decisions import Hooks, later
from tests.orchestrator.fakes import House, stage
from tests.orchestrator.machines import machine


def on(*devices, name, sources=("film",), vram_mb=4000):
    backends = tuple(Backend(device=device, env="media", runner=f"fake.{name}") for device in devices)
    needs = Resources(cores=1, memory_mb=100, vram_mb=vram_mb)
    return dataclasses.replace(stage(name, *sources), backends=backends, resources=needs)


class Gpus(House):
    """Its workers know the GPU that their process would see; each run takes a moment.

    `broken` has what fails on a GPU: a category and a message, or a signal that ends the process.
    """

    def __init__(self, seconds=0.1, **broken):
        super().__init__()
        self.seconds, self.broken = seconds, {name.removeprefix("gpu"): what for name, what in broken.items()}
        self.working, self.together, self.ran = set(), set(), []

    def spawn(self, backend, threads, log, posts, extra=None):
        fake = super().spawn(backend, threads, log, posts, extra)
        fake.gpu = (extra or {}).get("CUDA_VISIBLE_DEVICES", "")
        return fake

    def on_run(self, fake, run):
        self.ran.append((fake.name, fake.gpu))
        match self.broken.get(fake.gpu):
            case int(signal):
                fake.exit(-signal)
            case (category, message):
                fake.fail(category, message)
            case None:
                self.working.add((fake.name, fake.gpu))
                self.together.add(frozenset(self.working))
                later(self.seconds, self.end, fake, run)

    def end(self, fake, run):
        self.working.discard((fake.name, fake.gpu))
        fake.succeed(run)


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.delenv("HIP_VISIBLE_DEVICES", raising=False)
    (tmp_path / "logs").mkdir()
    store = Store(tmp_path / "store")

    def go(house, *stages, films=1, memory_mb=(24000, 24000), cores=4, devices=None, text="", **options):
        here = machine(media={f"cuda:{n}": Answer(name="GPU", memory_mb=m) for n, m in enumerate(memory_mb)})
        plans = []
        for number in range(films):
            film = tmp_path / f"film{number}"
            film.write_text(text or f"film {number}")
            declared = {one.name: one for one in stages}
            plans.append(
                plan.make(
                    film, store=store, destination=tmp_path / f"{number}.mkv", stages=declared, machine=here,
                    devices=devices,
                )
            )  # fmt: skip
        house.events = []
        scheduler = Scheduler(
            store, tmp_path / "logs", Hooks(), limits=Limits(cores=cores, memory_mb=9000), machine=here,
            spawn=house.spawn, observers=[lambda event, _: house.events.append(event)], **options,
        )  # fmt: skip
        house.state = scheduler.run(plans)
        return house

    return go


def done(house):
    return {step.status for film in house.state.films for step in film.steps} == {"done"}


def test_films_are_shared_out_among_the_gpus_and_each_keeps_its_worker(run):
    house = run(Gpus(), on("cuda", name="a"), films=5)
    assert done(house)
    assert sorted(fake.gpu for fake in house.made) == ["0", "1"]
    assert frozenset({("a", "0"), ("a", "1")}) in house.together


def test_independent_stages_of_one_film_go_to_different_gpus(run):
    house = run(Gpus(), on("cuda", name="a"), on("cuda", name="b"))
    assert done(house)
    both = next(pair for pair in house.together if len(pair) == 2)
    assert {gpu for _, gpu in both} == {"0", "1"}


def test_the_user_s_own_variable_decides_which_gpus_these_are(run, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,GPU-5")
    house = run(Gpus(), on("cuda", name="a"), films=3)
    assert sorted(fake.gpu for fake in house.made) == ["3", "GPU-5"]


def test_a_requested_gpu_is_the_only_one_that_is_used(run):
    house = run(Gpus(), on("cuda", name="a"), films=3, devices={"": "cuda:1"})
    assert [fake.gpu for fake in house.made] == ["1"]


def test_a_process_on_the_cpu_and_on_the_only_gpu_sees_what_the_user_sees(run):
    house = run(Gpus(), on("cpu", name="a"), on("cuda", name="b"), memory_mb=(24000,), devices={"": "cuda:0"})
    assert [fake.gpu for fake in house.of("a")] == [""]
    assert done(house)


def test_a_stage_that_needs_more_than_a_gpu_has_beside_others_waits_for_one_of_them(run):
    stages = [on("cuda", name=name, vram_mb=9000) for name in "abc"]
    house = run(Gpus(), *stages, memory_mb=(12000, 12000))
    assert done(house)
    assert all(len({gpu for _, gpu in pair}) == len(pair) for pair in house.together)


@pytest.mark.parametrize(
    "failure", [("oom_device", "CUDA out of memory"), 11, ("crash", "CUDA error: unspecified launch failure")]
)
def test_what_fails_on_one_gpu_goes_on_on_the_other(run, failure):
    house = run(Gpus(gpu0=failure), on("cuda", "cpu", name="a"), prestart=False)
    assert done(house)
    assert [gpu for _, gpu in house.ran] == ["0", "1"]
    step = house.state.films[0].steps[0]
    assert (step.gpu, step.device, step.retries) == ("cuda:1", "cuda", 1)
    assert not step.fallbacks


def test_what_fails_on_every_gpu_goes_on_on_the_cpu(run):
    full = ("oom_device", "CUDA out of memory")
    house = run(Gpus(gpu0=full, gpu1=full), on("cuda", "cpu", name="a"), prestart=False)
    assert done(house)
    assert [gpu for _, gpu in house.ran] == ["0", "1", ""]
    assert house.state.films[0].steps[0].fallbacks == ("out of memory on cuda:1; falling back to cpu",)


def test_an_error_of_the_stage_s_own_is_not_tried_on_every_gpu(run):
    house = run(Gpus(gpu0=("crash", "KeyError: 'x'")), on("cuda", name="a"), prestart=False)
    assert house.ran == [("a", "0")]
    assert house.state.films[0].steps[0].status == "failed"


def test_a_gpu_on_which_one_stage_after_the_other_fails_is_set_aside(run):
    house = run(Gpus(gpu0=11), on("cuda", name="a"), films=8, prestart=False)
    assert done(house)
    assert house.ran.count(("a", "0")) == 2
    warnings = [event.message for event in house.events if isinstance(event, StepLog)]
    assert warnings == ["cuda:0 is set aside for 10 minutes: 2 stages in a row failed on it"]


def test_two_films_with_the_same_content_are_computed_once(run):
    house = run(Gpus(), on("cuda", name="a"), films=2, text="the same")
    assert len(house.ran) == 1
    assert [film.steps[0].status for film in house.state.films] == ["done", "cached"]


def test_a_gpu_does_not_wait_for_cores(run):
    busy = [on("cpu", name=name) for name in "abc"]
    house = run(Gpus(0.3), *busy, on("cuda", name="d"), on("cuda", name="e"), cores=1)
    assert done(house)
    assert any({name for name, _ in group} >= {"d", "e"} and len(group) == 4 for group in house.together)


def test_the_events_name_the_gpu_of_each_stage_and_the_results_do_not(run):
    house = run(Gpus(), on("cuda", name="a"), films=2)
    started = {event.gpu for event in house.events if isinstance(event, StepStarting)}
    assert started == {"cuda:0", "cuda:1"}
    assert {film.steps[0].device for film in house.state.films} == {"cuda"}
    assert {film.steps[0].gpus for film in house.state.films} == {("cuda:0", "cuda:1")}
    told = run_json.summary(house.state, status=0, run_id="run", command=[], options={})
    stages = [film["stages"][0] for film in told["films"]]
    assert {(one["gpu"], one["device"]) for one in stages} == {("cuda:0", "cuda"), ("cuda:1", "cuda")}
    lines = "".join(text for line in summary.lines(told, 120) for text, _ in line)
    assert "cuda:0" in lines
    assert "cuda:1" in lines


def test_a_result_that_the_cpu_made_before_names_no_gpu(run):
    full = ("oom_device", "CUDA out of memory")
    stage = on("cuda", "cpu", name="a")
    run(Gpus(), stage, devices={"": "cpu"}, prestart=False)
    house = run(Gpus(gpu0=full, gpu1=full), stage, prestart=False)
    step = house.state.films[0].steps[0]
    assert (step.status, step.device, step.gpu) == ("cached", "cpu", "")


@pytest.mark.parametrize(("what", "seen"), [("says gpu", {"0", "1"}), ("dies on a gpu", {"1"})])
def test_a_real_process_sees_its_gpu_alone_and_its_death_leads_to_the_other(run, what, seen):
    house = SimpleNamespace(spawn=toy_stages.spawn)
    stage = toy_stages.stage("a", "film", devices=("cuda",), what=what, seconds=0.5)
    run(house, stage, films=2, prestart=False)
    assert done(house)
    told = [film.steps[0].facts["gpu"] for film in house.state.films]
    assert {tuple(one) for one in told} == {("cuda", number) for number in seen}
