"""The child's loop, as a real process, driven over its real channels."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from ipc.protocol import (
    EVENTS_FD,
    Cancel,
    Error,
    Hello,
    Load,
    Metric,
    Result,
    Run,
    Shutdown,
    decode_event,
    encode,
)

ROOT = Path(__file__).parents[2]
TURNS = {"turns": {"kind": "turns"}}


class Worker:
    def __init__(self, *extra, runner="tests.ipc.runners.echo"):
        read, write = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "ipc.child", runner, *extra],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[write],
            env={**os.environ, EVENTS_FD: str(write), "PYTHONPATH": str(ROOT)},
            start_new_session=True,
        )
        os.close(write)
        self.events = os.fdopen(read, "rb")

    def send(self, command):
        self.process.stdin.write(encode(command))
        self.process.stdin.flush()

    def until(self, kind):
        for line in self.events:
            event = decode_event(line)
            if isinstance(event, kind):
                return event
        raise AssertionError(f"the child ended without {kind.__name__}")

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.events.close()


@pytest.fixture
def worker():
    worker = Worker()
    worker.until(Hello)
    yield worker
    if not worker.process.stdin.closed:
        worker.close()


def a_run(folder, what="save", outputs=TURNS):
    return Run(job="j1", params={"what": what}, inputs={}, outputs=outputs, output_dir=str(folder))


def members(group):
    found = subprocess.run(["pgrep", "-g", str(group)], capture_output=True, text=True, check=False)
    return found.stdout.split()


def test_each_run_reports_the_cpu_time_since_the_last_with_that_of_ended_children(worker, tmp_path):
    worker.send(Load(params={}, device="cpu"))
    took = []
    for what in ("save", "burn", "save"):
        worker.send(a_run(tmp_path, what))
        metric = worker.until(Metric)
        assert (metric.name, metric.unit) == ("cpu_seconds", "s")
        took.append(metric.value)
        worker.until(Result)
    assert took[0] > 0  # imports
    assert took[1] > 0.3
    assert took[2] < 0.2


def test_one_child_serves_many_runs_with_one_load(worker, tmp_path):
    worker.send(Load(params={}, device="cpu"))
    for count in (1, 2):
        worker.send(a_run(tmp_path))
        result = worker.until(Result)
        assert result.facts == {"runs": count}
        assert result.method == "echo"
    worker.send(Shutdown())
    assert worker.process.wait(10) == 0
    assert (tmp_path / "turns.parquet").exists()


def test_a_run_without_its_outputs_fails(worker, tmp_path):
    worker.send(Load(params={}, device="cpu"))
    worker.send(a_run(tmp_path, "nothing"))
    error = worker.until((Error, Result))
    assert error.category == "contract"
    assert "did not save its outputs turns" in error.message


def test_a_degraded_result_is_marked_in_the_event_and_in_the_artifact(worker, tmp_path):
    from ipc.artifacts import read

    worker.send(Load(params={}, device="cpu"))
    worker.send(a_run(tmp_path, "degraded"))
    assert list(worker.until(Result).degraded) == ["only half was heard"]
    assert read(tmp_path / "turns.parquet", "turns").provenance["degraded"] == ["only half was heard"]


def test_out_of_memory_while_loading_has_its_category_and_the_child_stays_alive(worker, tmp_path):
    worker.send(Load(params={"fail_load": True}, device="cuda"))
    assert worker.until(Error).category == "oom_device"
    worker.send(Load(params={}, device="cpu"))
    worker.send(a_run(tmp_path))
    assert worker.until(Result).job == "j1"


def test_a_cancelled_run_ends_and_the_child_stays_alive(worker, tmp_path):
    from ipc.protocol import Log

    worker.send(Load(params={}, device="cpu"))
    worker.send(a_run(tmp_path, "wait"))
    worker.until(Log)
    worker.send(Cancel())
    assert worker.until(Error).category == "cancelled"
    worker.send(a_run(tmp_path))
    assert worker.until(Result)


def busy(worker, folder):
    """The processes of a stage in a long run, by what they are."""
    from ipc.protocol import Log

    worker.send(Load(params={}, device="cpu"))
    worker.send(a_run(folder, "sleep"))
    worker.until(Log)
    stage = psutil.Process(worker.process.pid)
    deadline = time.monotonic() + 10
    # A process that was just forked still has the command line of the stage.
    while not (sleeping := [child for child in stage.children() if "sleep" in child.cmdline()]):
        assert time.monotonic() < deadline, "the stage started no process"
        time.sleep(0.01)
    (grandchild,) = sleeping
    inside, outside = sorted(
        (child for child in stage.children() if child != grandchild),
        key=lambda one: os.getpgid(one.pid) != stage.pid,
    )
    return {"stage": stage, "grandchild": grandchild, "inside": inside, "outside": outside}


def stop(process):
    process.suspend()
    while process.status() != psutil.STATUS_STOPPED:
        time.sleep(0.01)


def all_end(processes, seconds=20):
    """Whether all are gone within the time; a process that nobody has waited for is gone too."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        left = [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
        if not left:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize(
    ("stopped", "killed"),
    [
        ((), ()),
        (("stage",), ()),
        (("stage", "grandchild", "inside"), ()),  # SIGSTOP to the whole group
        (("stage", "outside"), ()),
        (("stage",), ("inside",)),
        (("stage",), ("outside",)),
    ],
    ids=lambda names: "+".join(names) or "nothing",
)
def test_when_the_orchestrator_dies_no_process_is_left_whatever_was_stopped_or_killed(
    worker, tmp_path, stopped, killed
):
    processes = busy(worker, tmp_path)
    for name in killed:
        processes[name].kill()
    for name in stopped:
        stop(processes[name])
    worker.process.stdin.close()
    worker.process.wait(2)
    assert all_end(processes.values())
    worker.events.close()


@pytest.mark.parametrize(
    ("stopped", "killed"),
    [((), ()), ((), ("inside",)), ((), ("outside",)), (("grandchild", "inside", "outside"), ())],
    ids=lambda names: "+".join(names) or "nothing",
)
def test_a_stage_killed_alone_leaves_no_process(worker, tmp_path, stopped, killed):
    processes = busy(worker, tmp_path)
    for name in killed:
        processes[name].kill()
    for name in stopped:
        stop(processes[name])
    worker.process.send_signal(signal.SIGKILL)
    worker.process.wait(2)
    assert all_end(processes.values())


def test_a_module_that_is_not_a_runner_is_refused():
    worker = Worker(runner="tests.ipc.test_protocol")
    error = worker.until(Error)
    assert error.category == "contract"
    assert "lacks STAGE" in error.message
    assert worker.process.wait(10) == 1
    worker.close()


def test_without_an_orchestrator_events_are_printed_as_readable_text(tmp_path):
    spec = tmp_path / "spec.json"
    body = {
        "load": {"params": {}, "device": "cpu"},
        "run": {"job": "j", "params": {}, "inputs": {}, "outputs": TURNS, "output_dir": str(tmp_path)},
    }
    spec.write_text(json.dumps(body))
    done = subprocess.run(
        [sys.executable, "-P", "-m", "ipc.child", "tests.ipc.runners.echo", "--spec", str(spec)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 0
    assert "noise on stdout" in done.stdout
    assert "progress  half 1.0 of 2.0 s" in done.stderr
    assert "result    echo" in done.stderr
