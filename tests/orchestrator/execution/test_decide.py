"""The scheduler's core alone, without threads, processes or store: a simulation answers its actions."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipc import CONTRACT
from ipc.declaration import Backend, Input, Output, Param, Resources, Stage
from ipc.protocol import Error, Hello, Ready, Result, Started
from orchestrator.execution import messages
from orchestrator.execution.decide import decide
from orchestrator.execution.failures import FAILING, SET_ASIDE_S
from orchestrator.execution.job import ENDED, Job
from orchestrator.execution.messages import Proceed, Reported, Stop, Tick
from orchestrator.execution.situation import Failing, Rules, Situation
from orchestrator.execution.tasks import tasks_of
from orchestrator.machine.limits import Limits
from orchestrator.planning.choice import Choice, Place
from orchestrator.planning.gpu_places import SHARE
from orchestrator.planning.plan import Plan, Step

NAMES = "abcde"


GPUS = ("cuda:0", "cuda:1", "cuda:2")
GPU_MB = 4000


def stage(name, *sources, memory_mb=100, devices=("cpu",), vram_mb=1000):
    return Stage(
        name=name,
        version=1,
        backends=tuple(Backend(device=device, env="media", runner=f"fake.{name}") for device in devices),
        inputs=tuple(Input(name=source, source=f"{source}.out") for source in sources),
        outputs=(Output(name="out", kind="file", filename="out.txt"),),
        params=(Param(name="batch_size", default=8, affects="speed"),),
        resources=Resources(cores=1, memory_mb=memory_mb, vram_mb=vram_mb),
        batch_floor=1,
        stall_s=60.0,
    )


def step(declared, gpus=()):
    def places(backend):
        return tuple(Place(device=gpu, batch_size=8) for gpu in gpus) if backend.device == "cuda" else ()

    return Step(
        stage=declared,
        choices=tuple(
            Choice(backend=backend, model=None, params={"batch_size": 8}, places=places(backend))
            for backend in declared.backends
        ),
        inputs={needed.name: needed.source for needed in declared.inputs},
        verdict="run",
        reason="",
    )


def situation(*stages, films=1, cores=2, memory_mb=1000, prestart=True, gpus=()):
    plans = [
        Plan(
            film=Path(f"{n}.mkv"),
            film_digest=str(n),
            steps=tuple(step(one, gpus) for one in stages),
            destination=Path(f"{n}.out.mkv"),
        )
        for n in range(films)
    ]
    jobs = {
        task.id: Job(task=task) for film, plan in enumerate(plans) for task in tasks_of(film, plan, cores)
    }
    rules = Rules(
        limits=Limits(cores=cores, memory_mb=memory_mb), accelerator_mb=lambda *_: GPU_MB, prestart=prestart
    )
    return Situation(rules=rules, jobs=jobs, open=tuple(jobs))


class Simulation:
    """Carries out the core's actions; a sequence of choices makes workers load, run, fail or die."""

    def __init__(self, start, choose):
        self.situation, self.choose = start, choose
        self.now = 0.0
        self.alive: dict[int, str] = {}  # what each process has been asked to do: load, run, stop
        self.ends = Counter()
        self.reports = []
        self.gpu_of: dict[int, str] = {}  # the one that each process sees, from its start to its end

    def handle(self, event):
        waiting = [event]
        while waiting:
            self.situation, actions = decide(self.situation, waiting.pop(0))
            self.check()
            waiting += filter(None, map(self.carry_out, actions))

    def go_on(self):
        before = None
        while self.situation != before:
            before = self.situation
            self.handle(Proceed(self.now))
        self.check_idle()

    def carry_out(self, action):
        match action:
            case messages.LookUp():
                return messages.NotCached(action.job.id, f"key of {action.job.id}")
            case messages.StartWorker():
                self.gpu_of[action.worker.number] = action.worker.recipe.gpu
                if self.choose(10) == 0:
                    return messages.NotStarted(action.worker.number, "env", "not ready")
                self.alive[action.worker.number] = "load"
            case messages.TakeOver():
                assert self.alive[action.worker.number] == "ready"
                assert action.worker.recipe.gpu == self.gpu_of[action.worker.number] == ""
                self.alive[action.worker.number] = "load"
            case messages.Begin():
                if self.choose(20) == 0:
                    return messages.ActionFailed(action.job.id, "input", "no folder")
                assert self.alive[action.job.worker] == "ready"
                self.alive[action.job.worker] = "run"
            case messages.StopWorker() | messages.Dismiss():
                if action.worker in self.alive:
                    self.alive[action.worker] = "stop"
            case messages.Keep():
                self.ends[action.job.id] += 1
                return messages.Ended(action.job.id, action.job.key)
            case messages.ReportFailure() | messages.ReportSkip():
                self.ends[action.job.id] += 1
        self.reports.append(action)
        return None

    def step(self):
        """Let one process do something."""
        number = sorted(self.alive)[self.choose(len(self.alive))]
        worker = self.situation.workers[number]
        doing, lot = self.alive[number], self.choose(12)
        if doing == "stop" or lot == 0:
            del self.alive[number]
            self.handle(messages.Exited(number, -9 if lot == 0 else 0, "the end", False, self.now))
        elif lot == 1:
            category = ("oom_device", "oom_host", "crash", "input")[self.choose(4)]
            message = ("it failed", "CUDA error: unspecified launch failure")[self.choose(2)]
            self.alive[number] = "ready"
            self.handle(Reported(number, Error(category=category, type="E", message=message), self.now))
        elif doing == "load":
            hello = Hello(
                runner="r", stage=worker.stage.name, version=1, pid=1, python="3", contract=CONTRACT
            )
            self.handle(Reported(number, hello, self.now))
            self.alive[number] = "ready"
            self.handle(Reported(number, Ready(seconds=1.0), self.now))
        elif doing == "run":
            self.handle(Reported(number, Started(job="j"), self.now))
            self.alive[number] = "ready"
            result = Result(job="j", seconds=1.0, method="m", degraded=(), facts={})
            self.handle(Reported(number, result, self.now))
        self.now += 1.0
        self.handle(Tick(self.now))
        self.go_on()

    def check(self):
        """What holds after every event, whatever happened."""
        jobs, workers = self.situation.jobs, self.situation.workers
        for job in jobs.values():
            if job.status in {"assigned", "running"}:
                assert workers[job.worker].job == job.id
                assert all(jobs[need].status == "done" for need in job.task.needs)
                assert workers[job.worker].recipe.gpu == job.gpu
                assert self.gpu_of.get(job.worker, job.gpu) == job.gpu
                assert job.gpu not in job.tries.failed_gpus or not job.gpu
        held = [worker.job for worker in workers.values() if worker.job is not None]
        assert len(held) == len(set(held))
        assert set(self.situation.open) >= {job.id for job in jobs.values() if job.status not in ENDED}
        if len(workers) > 1:  # what needs more than there is runs alone
            assert sum(w.memory_mb for w in workers.values()) <= self.situation.rules.limits.memory_mb
        for on_one in self.by_accelerator().values():
            if len(on_one) > 1:
                assert sum(w.vram_mb for w in on_one) <= GPU_MB * SHARE

    def by_accelerator(self):
        found = {}
        for worker in self.situation.workers.values():
            if worker.accelerator:
                found.setdefault(worker.accelerator, []).append(worker)
        return found

    def check_idle(self):
        """No GPU is idle while a ready job could use it, if there is memory to start its worker."""
        if self.situation.stopping:
            return
        used = self.by_accelerator()
        free_mb = self.situation.rules.limits.memory_mb - sum(
            w.memory_mb for w in self.situation.workers.values()
        )
        ready = [job for job in self.situation.jobs.values() if job.status == "ready"]
        if any(job.memory_mb > free_mb for job in ready):
            return  # later jobs leave the memory to it
        for job in ready:
            on_its_own = [w for recipe in job.recipes for w in used.get(recipe.device, [])]
            if job.backend.device != "cuda" or any(w.status == "stopping" for w in on_its_own):
                continue  # one of its GPUs is being cleared for it
            for recipe in job.recipes:
                on_it = used.get(recipe.device, [])
                failing = self.situation.failing.get(recipe.gpu)
                lame = failing and failing.count >= FAILING and len(job.recipes) > 1
                waits = any(w.job is not None for w in on_it)
                assert waits or lame, f"{recipe.device} is idle, and {job.id} waits"


@st.composite
def graphs(draw):
    """Stages, each reading from some of those before it."""
    return [
        stage(
            name,
            *draw(
                st.lists(st.sampled_from(NAMES[:place]), unique=True, max_size=2) if place else st.just([])
            ),
            memory_mb=draw(st.sampled_from([100, 400, 900])),
            devices=draw(st.sampled_from([("cpu",), ("cuda", "cpu")])),
            vram_mb=draw(st.sampled_from([500, 1500, 5000])),
        )
        for place, name in enumerate(NAMES)
    ]


@settings(max_examples=150, deadline=None)
@given(
    graphs(),
    st.integers(1, 3),
    st.randoms(use_true_random=False),
    st.booleans(),
    st.integers(0, 3),
    st.sampled_from([1000, 4000]),
)
def test_every_job_ends_once_and_no_worker_is_left(stages, films, random, prestart, gpus, memory_mb):
    start = situation(*stages, films=films, prestart=prestart, gpus=GPUS[:gpus], memory_mb=memory_mb)
    one = Simulation(start, random.randrange)
    one.go_on()
    for _ in range(2000):
        if one.situation.over or not one.alive:
            break
        one.step()
    assert one.situation.over
    assert one.ends == Counter(one.situation.jobs.keys())
    for job in one.situation.jobs.values():
        needs = [one.situation.jobs[need].status for need in job.task.needs]
        assert job.status == "failed" or set(needs) <= {"done"}


@settings(max_examples=50, deadline=None)
@given(graphs(), st.randoms(use_true_random=False), st.integers(0, 12))
def test_a_run_that_is_stopped_ends_every_process_and_starts_none(stages, random, after):
    one = Simulation(situation(*stages, films=2), random.randrange)
    one.go_on()
    for _ in range(after):
        if not one.situation.over and one.alive:
            one.step()
    one.handle(Stop())
    started = one.situation.started
    for _ in range(200):
        if one.situation.over:
            break
        one.step()
    assert one.situation.over
    assert not one.alive
    assert one.situation.started == started


def test_a_stalled_job_is_stopped_with_its_stack_traces_and_retried():
    one = Simulation(situation(stage("a"), prestart=False), lambda bound: bound - 1)
    one.go_on()
    one.step()  # it has loaded, and runs
    one.handle(Tick(one.now + 59.0))
    assert one.alive == {1: "run"}
    one.now += 61.0
    one.handle(Tick(one.now))
    assert one.alive == {1: "stop"}
    assert any(isinstance(action, messages.StopWorker) and action.dump for action in one.reports)
    one.step()
    assert "made no progress" in next(a for a in one.reports if isinstance(a, messages.ReportRetry)).reason


def test_time_asleep_does_not_count_as_a_stall():
    one = Simulation(situation(stage("a"), prestart=False), lambda bound: bound - 1)
    one.go_on()
    one.step()
    one.handle(Tick(one.now + 3600.0, asleep=3600.0))
    assert one.alive == {1: "run"}


@pytest.mark.parametrize(("now", "gpu"), [(1.0, "cuda:1"), (SET_ASIDE_S + 1, "cuda:0")])
def test_a_gpu_that_was_set_aside_gets_a_job_again_after_a_while(now, gpu):
    start = situation(stage("a", devices=("cuda",)), prestart=False, gpus=GPUS[:2])
    one = Simulation(replace(start, failing={"cuda:0": Failing(FAILING, 0.0)}), lambda bound: bound - 1)
    one.now = now
    one.go_on()
    assert one.situation.jobs[0, "a"].gpu == gpu


def test_a_stage_on_the_cpu_has_a_process_for_each_gpu_where_cores_are_free():
    gpu = stage("b", devices=("cuda",))
    for gpus, cores, processes in ((0, 8, 1), (1, 8, 1), (2, 8, 2), (2, 3, 2), (2, 2, 1), (3, 8, 3)):
        start = situation(stage("a"), gpu, films=4, cores=cores, prestart=False, gpus=GPUS[:gpus])
        one = Simulation(start, lambda bound: bound - 1)
        one.go_on()
        on_cpu = [w for w in one.situation.workers.values() if w.recipe.stage == "a"]
        assert (gpus, len(on_cpu)) == (gpus, processes)


def test_a_further_process_on_the_cpu_ends_no_worker_to_have_its_memory():
    big = stage("a", memory_mb=600)
    one = Simulation(
        situation(big, stage("b", devices=("cuda",)), films=3, cores=8, prestart=False, gpus=GPUS[:2]),
        lambda bound: bound - 1,
    )
    one.go_on()
    stages = Counter(worker.recipe.stage for worker in one.situation.workers.values())
    assert stages == {"a": 1, "b": 2}


@pytest.mark.parametrize(("category", "batch"), [("oom_device", 4), ("oom_host", 1)])
def test_a_batch_that_does_not_fit_is_reduced_in_the_same_worker(category, batch):
    one = Simulation(situation(stage("a"), prestart=False), lambda bound: bound - 1)
    one.go_on()
    one.step()
    one.handle(Reported(1, Error(category=category, type="E", message="out of memory"), one.now))
    assert one.situation.jobs[0, "a"].batch_size == batch
    assert one.situation.jobs[0, "a"].tries.failed_batches == (8,)
