"""Faults of memory and devices, in real processes: the run ends correctly, and its state explains why."""

from __future__ import annotations

import contextlib
import os
import resource
import time
from pathlib import Path

import pytest

from orchestrator.execution.scheduler import Scheduler
from orchestrator.machine.limits import Limits
from orchestrator.planning import memory_limits
from tests.orchestrator import toy_stages as small
from tests.orchestrator.machines import YES, machine
from tests.orchestrator.toy_stages import declared, make_plan, stage


class Hooks:
    def draft(self, plan, step):
        raise AssertionError("no external outputs here")

    def publish(self, plan, step, entry):
        return ()


@pytest.fixture
def bench(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    film = tmp_path / "film.txt"
    film.write_text("a film")
    (tmp_path / "logs").mkdir()
    store = small.new_store(tmp_path)

    def run(one, devices=("cuda", "mps", "mlx"), **options):
        here = machine(here=True, media=dict.fromkeys(devices, YES))
        monkeypatch.setattr("orchestrator.planning.plan.this_machine", lambda: here)
        monkeypatch.setattr("orchestrator.planning.choices.devices._likely", lambda backend, machine: True)
        plan = make_plan(film, store, declared(one))
        limits = Limits(cores=2, memory_mb=4000)
        made = Scheduler(
            store, tmp_path / "logs", Hooks(), limits=limits, machine=here, spawn=small.spawn, **options
        )
        return made.run([plan]).films[0].steps[0], plan.steps[0]

    return run


def test_out_of_memory_on_metal_continues_with_half_the_batch_in_a_new_process(bench):
    step, _ = bench(stage("a", "film", devices=("mlx", "cpu"), what="metal aborts until 2", batch_size=8))
    assert (step.status, step.device, step.facts["batch"]) == ("done", "mlx", 2)
    assert step.fallbacks == (
        "out of memory on mlx: batch size 8 -> 4",
        "out of memory on mlx: batch size 4 -> 2",
    )


def test_mlx_killed_by_a_signal_falls_back_at_once_and_reports_that(bench):
    step, _ = bench(stage("a", "film", devices=("mlx", "cpu"), what="abort"))
    assert (step.status, step.device, step.retries) == ("done", "cpu", 0)
    assert step.fallbacks == ("its process was killed by signal 6 on mlx; falling back to cpu",)


def test_cuda_killed_by_a_signal_is_retried_once_then_falls_back(bench):
    step, _ = bench(stage("a", "film", devices=("cuda", "cpu"), what="abort"))
    assert (step.status, step.device, step.retries) == ("done", "cpu", 1)
    assert step.fallbacks == ("its process was killed by signal 6 on cuda; falling back to cpu",)


def test_a_model_that_does_not_fit_while_it_is_loaded_does_not_get_smaller_batches(bench):
    step, _ = bench(stage("a", "film", devices=("cuda", "cpu"), fail_load=True, batch_size=8))
    assert (step.status, step.device) == ("done", "cpu")
    assert step.fallbacks == ("out of memory on cuda; falling back to cpu",)


def test_the_next_run_begins_with_the_batch_that_fitted(bench):
    one = stage("a", "film", what="oom until 2", batch_size=8)
    bench(one)
    step, planned = bench(stage("a", "film", what="oom until 2", batch_size=8, value="another"))
    assert planned.choice.params["batch_size"] == 2
    assert "batch size 2, because a ran out of memory with 4" in planned.choice.why
    assert (step.status, step.fallbacks) == ("done", ())
    assert memory_limits.forget() == 1


def test_the_next_run_leaves_out_a_device_on_which_nothing_fitted(bench):
    bench(stage("a", "film", devices=("cuda", "cpu"), what="oom on cuda", batch_size=1))
    _, planned = bench(
        stage("a", "film", devices=("cuda", "cpu"), what="oom on cuda", batch_size=1, value="x")
    )
    assert planned.choice.backend.device == "cpu"
    assert "did not fit in the memory of cuda" in planned.refused[0].why


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="macOS does not tell an address space")
def test_a_worker_near_its_memory_limit_is_stopped_and_continues_with_smaller_batches(bench, monkeypatch):
    """A real `ulimit -v` on the child, and a stage that eats a gigabyte a second."""

    def spawn(backend, threads, log, posts, extra=None):
        made = real(backend, threads, log, posts)
        resource.prlimit(made.pid, resource.RLIMIT_AS, (3 << 30, 3 << 30))
        return made

    real = small.spawn
    monkeypatch.setattr(small, "spawn", spawn)
    step, _ = bench(stage("a", "film", what="eats", batch_size=8))
    assert (step.status, step.facts["batch"]) == ("done", 1)
    assert step.fallbacks == ("out of memory: batch size 8 -> 1",)


@pytest.fixture
def group():
    """A control group with 200 MB, for the children alone; only where this process may make one."""
    from orchestrator.machine import limits as resources

    base = next((f for f in resources.memory_groups() if (f / "memory.limit_in_bytes").exists()), None)
    folder = base / f"test-{os.getpid()}" if base else None
    try:
        assert folder is not None
        folder.mkdir()
        (folder / "memory.limit_in_bytes").write_text(str(200 << 20))
    except (OSError, AssertionError):
        pytest.skip("no control group can be made here")
    yield folder
    for _ in range(50):  # the kernel forgets the last process a moment after its end
        with contextlib.suppress(OSError):
            folder.rmdir()
        if not folder.exists():
            break
        time.sleep(0.1)


def test_a_worker_killed_by_the_kernel_for_memory_continues_with_smaller_batches(bench, group, monkeypatch):
    def spawn(backend, threads, log, posts, extra=None):
        made = real(backend, threads, log, posts)
        (group / "cgroup.procs").write_text(str(made.pid))
        return made

    real = small.spawn
    monkeypatch.setattr(small, "spawn", spawn)
    step, _ = bench(stage("a", "film", what="eats", batch_size=8))
    assert "oom_kill 1" in (group / "memory.oom_control").read_text()
    assert (step.status, step.facts["batch"]) == ("done", 1)
    assert step.fallbacks == ("out of memory: batch size 8 -> 1",)


def test_a_stage_without_batches_that_does_not_fit_fails_with_a_message(bench):
    step, _ = bench(stage("a", "film", what="no memory"))
    assert (step.status, step.error.category) == ("failed", "oom_host")
    assert "this stage has no batch size to reduce" in step.error.message
