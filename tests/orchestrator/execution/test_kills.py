"""The orchestrator is killed at any instant: no process is left, and the next run succeeds."""

from __future__ import annotations

import os
import random
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[3]
MARK = "ORCHESTRATOR_TEST_MARK"

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="looks for processes in /proc"
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "film.txt").write_text("a film")
    return tmp_path


class Undisturbed(NamedTuple):
    content: bytes
    seconds: float


def start(folder, mark):
    environment = {
        **os.environ,
        MARK: mark,
        "PYTHONPATH": str(ROOT),
        "ORCHESTRATOR_HOME": str(folder / "home"),
    }
    command = [sys.executable, "-m", "tests.orchestrator.killed", str(folder)]
    return subprocess.Popen(command, env=environment, cwd=ROOT)


def living(mark):
    """Processes, dead ones that nobody has waited for left out, that descend from the run with this mark."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and f"{MARK}={mark}".encode() in (process / "environ").read_bytes():
                found.append((int(process.name), (process / "cmdline").read_text().replace("\0", " ")))
        except OSError:
            continue
    return found


def left(mark, seconds):
    """Who is alive after so many seconds."""
    deadline = time.monotonic() + seconds
    while living(mark) and time.monotonic() < deadline:
        time.sleep(0.05)
    return living(mark)


def finished(folder):
    mark = secrets.token_hex(8)
    assert start(folder, mark).wait(60) == 0
    assert left(mark, 2) == []
    return (folder / "film.parquet").read_bytes()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    (folder / "film.txt").write_text("a film")
    started = time.monotonic()
    return Undisturbed(finished(folder), time.monotonic() - started)


@pytest.mark.parametrize("share", [random.Random(7).uniform(0.05, 0.95) for _ in range(4)])
def test_a_run_killed_at_any_instant_leaves_no_process_and_can_be_resumed(folder, undisturbed, share):
    mark = secrets.token_hex(8)
    process = start(folder, mark)
    time.sleep(undisturbed.seconds * share)
    process.kill()
    process.wait()
    assert left(mark, 2) == []
    assert finished(folder) == undisturbed.content


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signalled_run_ends_with_130_and_leaves_no_process(folder, undisturbed, number):
    mark = secrets.token_hex(8)
    process = start(folder, mark)
    while not (folder / "logs" / "a.log").exists():
        time.sleep(0.02)
    time.sleep(0.3)
    process.send_signal(number)
    assert process.wait(5) == 130
    assert left(mark, 1) == []
    assert not [path for path in (folder / "store" / "attempts").glob("*") if path.is_dir()]
    assert finished(folder) == undisturbed.content


def test_a_stage_killed_from_outside_is_tried_again_and_the_result_is_the_same(folder, undisturbed):
    mark = secrets.token_hex(8)
    process = start(folder, mark)
    deadline = time.monotonic() + 20
    while not (working := [pid for pid, words in living(mark) if " a tests.orchestrator" in words]):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(min(working), signal.SIGKILL)
    assert process.wait(60) == 0
    assert (folder / "logs" / "a.2.log").exists()
    assert left(mark, 2) == []
    assert (folder / "film.parquet").read_bytes() == undisturbed.content


def test_two_runs_at_once_on_one_store_are_safe(folder, undisturbed):
    marks = [secrets.token_hex(8) for _ in range(2)]
    runs = [start(folder, mark) for mark in marks]
    assert [run.wait(60) for run in runs] == [0, 0]
    assert (folder / "film.parquet").read_bytes() == undisturbed.content
    assert [left(mark, 2) for mark in marks] == [[], []]
