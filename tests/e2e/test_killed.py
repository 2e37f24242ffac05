"""Killed at any instant: no orphan, nothing lost, and the next run ends with the same bytes.

`ORCHESTRATOR_KILLS` says at how many random instants (4; the figures in the notes are for 20).
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from orchestrator.stages.catalog import STAGES

KILLS = int(os.environ.get("ORCHESTRATOR_KILLS", "4"))
FILES = ("demo.en.srt", "demo.json", "demo.rttm", "demo.subtitled.mkv")


@pytest.fixture
def fresh(program, finished, tmp_path):
    """A program with an empty store and the models in place."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(program.home / "models")
    return type(program)(home)


def gone(program, seconds):
    deadline = time.monotonic() + seconds
    while program.alive() and time.monotonic() < deadline:
        time.sleep(0.02)
    return program.alive() == []


def same(folder, finished):
    return all((folder / name).read_bytes() == (finished / name).read_bytes() for name in FILES)


def length_of_a_run(fresh, film, folder):
    started = time.monotonic()
    fresh("run", film, "-o", folder)
    shutil.rmtree(fresh.home / "store")
    shutil.rmtree(folder)
    return time.monotonic() - started


@pytest.mark.timeout(3600)
def test_an_orchestrator_that_is_killed_leaves_nobody_and_loses_nothing(fresh, finished, film, tmp_path):
    folder = tmp_path / "out"
    length = length_of_a_run(fresh, film, folder)
    chance = random.Random(20261121)
    instants = []
    for _ in range(KILLS):
        process = fresh.start("run", film, "-o", folder)
        instants.append(chance.uniform(0.05, length))
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(instants[-1])
        process.kill()
        process.wait()
        assert gone(fresh, 2.0), f"alive 2 s after a kill at {instants[-1]:.2f} s: {fresh.alive()}"
        fresh("run", film, "-o", folder)
        assert same(folder, finished), f"other bytes after a kill at {instants[-1]:.2f} s"
        assert not [path for path in folder.iterdir() if path.name.startswith(".")]
        shutil.rmtree(fresh.home / "store")
        shutil.rmtree(folder)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_run_within_five_seconds(fresh, film, tmp_path, number):
    process = fresh.start("run", film, "-o", tmp_path / "out")
    time.sleep(random.Random(number).uniform(3.0, 8.0))
    process.send_signal(number)
    started = time.monotonic()
    assert process.wait(6.0) == 130
    assert time.monotonic() - started < 5.0
    assert fresh.alive() == []
    assert fresh.report()["outcome"] == "interrupted"


def test_a_stage_that_is_killed_is_tried_again_and_the_result_is_the_same(fresh, finished, film, tmp_path):
    folder = tmp_path / "out"
    process = fresh.start("run", film, "-o", folder)
    victim = None
    deadline = time.monotonic() + 60
    while victim is None and time.monotonic() < deadline:
        time.sleep(0.05)
        victim = running(fresh, "asr")
    os.kill(victim, signal.SIGKILL)
    assert process.wait(120) == 0
    stage = next(s for s in fresh.report()["films"][0]["stages"] if s["stage"] == "asr")
    assert stage["retries"] == 1
    assert same(folder, finished)


def running(program, stage):
    """The pid of the stage's process once its run has begun."""
    for events in (program.home / "runs").glob("*/events.jsonl"):
        for line in events.read_text().splitlines():
            event = json.loads(line)
            if event["event"] == "step_running" and event["step"] == stage:
                return pid_of(program, STAGES[stage].backends[-1].runner)
    return None


def pid_of(program, runner):
    mark = f"ORCHESTRATOR_HOME={program.home}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            mine = mark in (folder / "environ").read_bytes().split(b"\0")
            is_leader = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[3]) == int(folder.name)
            if mine and is_leader and runner.encode() in (folder / "cmdline").read_bytes():
                return int(folder.name)
        except OSError:
            continue
    return None
