"""One process that serves another runner, and what artifacts import."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ipc import thread_pools
from ipc.errors import ContractError
from ipc.protocol import Become, Error, Hello, Load, Metric, Result, Shutdown
from orchestrator.environments import registry
from tests.ipc.test_child import ROOT, Worker, a_run

OTHER = "tests.ipc.runners.other"


@pytest.fixture
def worker():
    worker = Worker()
    worker.until(Hello)
    yield worker
    worker.close()


def test_a_process_becomes_another_stage_with_its_own_variables_and_its_own_log(worker, tmp_path):
    worker.send(Load(params={}, device="cpu"))
    worker.send(a_run(tmp_path))
    worker.until(Result)
    log = tmp_path / "other.log"
    worker.send(Become(runner=OTHER, log=str(log), variables={"TOLD": "3"}))
    hello = worker.until(Hello)
    assert (hello.stage, hello.version, hello.runner) == ("other", 5, OTHER)
    worker.send(Load(params={}, device="cpu"))
    worker.send(a_run(tmp_path))
    assert worker.until(Result).facts == {"told": "3", "imported": True}
    worker.send(Shutdown())
    assert worker.process.wait(10) == 0
    assert log.read_text() == "the other's words\n"


def test_what_a_stage_changed_and_used_is_not_the_next_one_s(monkeypatch, tmp_path):
    monkeypatch.setenv("TOLD", "before")
    worker = Worker()
    worker.send(Load(params={}, device="cpu"))
    worker.send(a_run(tmp_path, "forget and fail"))
    worker.until(Error)
    worker.send(Become(runner=OTHER, log=str(tmp_path / "log")))
    worker.send(Load(params={}, device="cpu"))
    worker.send(a_run(tmp_path))
    used = worker.until(Metric)
    assert (used.name, used.value < 0.35) == ("cpu_seconds", True)
    assert worker.until(Result).facts["told"] == "before"
    worker.close()


def test_a_process_needs_a_model_for_its_new_stage(worker, tmp_path):
    worker.send(Load(params={}, device="cpu"))
    worker.send(Become(runner=OTHER, log=str(tmp_path / "log")))
    worker.send(a_run(tmp_path))
    assert "before `load`" in worker.until(Error).message


def test_a_process_that_cannot_become_another_stage_says_why_and_ends(worker, tmp_path):
    worker.send(Become(runner="tests.ipc.runners.absent", log=str(tmp_path / "log")))
    assert "absent" in worker.until(Error).message
    assert worker.process.wait(10) == 0


def test_threads_are_not_changed_in_silence_where_they_cannot_be(monkeypatch):
    monkeypatch.setitem(sys.modules, "numpy", object())
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    with pytest.raises(ContractError, match="threadpoolctl"):
        thread_pools.resize({"OMP_NUM_THREADS": "2"})
    thread_pools.resize({})


def in_environment(env, code):
    if reason := registry.health(env):
        pytest.skip(f"the environment {env}: {reason}")
    return subprocess.run(
        [registry.python(env), "-P", "-c", code],
        capture_output=True, text=True, check=True, cwd=ROOT, env=registry.child_environment(env),
    ).stdout.split()  # fmt: skip


def test_the_pools_of_a_loaded_library_get_other_threads():
    code = """
import numpy, threadpoolctl
from ipc import thread_pools
for count in "1", "2":
    thread_pools.resize({"OMP_NUM_THREADS": count})
    print({pool["num_threads"] for pool in threadpoolctl.threadpool_info()})
"""
    assert in_environment("pyannote", code) == ["{1}", "{2}"]


def test_artifacts_do_not_import_pandas_and_hide_it_from_nobody():
    code = """
import sys
from ipc import arrow
arrow.prepare()
import pyarrow as pa
pa.array([1.0, None]).to_numpy(zero_copy_only=False), pa.array(["a"]), pa.table({"a": [1]}).to_pylist()
print("pandas" in sys.modules)
import pandas
print(pandas.Series([1, 2]).sum())
"""
    assert in_environment("whisperx", code) == ["False", "3"]
