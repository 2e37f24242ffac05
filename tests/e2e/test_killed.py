"""Killed at any instant: no orphan, nothing lost, and the run that takes it up ends with the same bytes.

`ORCHESTRATOR_KILLS` is the number of random instants (default 4). They are spread over the results that a run
makes, so that fast and slow machines are killed at the same points.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from orchestrator.stages.catalog import STAGES
from tests.e2e.conftest import CLIP, results

KILLS = int(os.environ.get("ORCHESTRATOR_KILLS", "4"))
FILES = ("demo.en.srt", "demo.json", "demo.rttm", "demo.subtitled.mkv")


@pytest.fixture
def fresh(program, made, tmp_path):
    """A program with an empty store and the models in place."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(made.home / "models")
    return type(program)(home)


def gone(program, seconds):
    deadline = time.monotonic() + seconds
    while program.alive() and time.monotonic() < deadline:
        time.sleep(0.02)
    return program.alive() == []


def same(folder, other):
    return all((folder / name).read_bytes() == (other / name).read_bytes() for name in FILES)


def until_there_are(number, fresh, process):
    """Wait until a run has made so many results, or has ended."""
    while len(results(fresh.home)) < number and process.poll() is None:
        time.sleep(0.05)


def until_a_stage_has_started(fresh, process):
    while not any((fresh.home / "runs").rglob("*.log")) and process.poll() is None:
        time.sleep(0.05)


@pytest.mark.timeout(3600)
def test_a_killed_orchestrator_leaves_no_process_and_loses_no_result(fresh, film, made, tmp_path):
    folder = tmp_path / "out"
    words = ("run", film, *CLIP, "--threads", 1, "-o", folder)
    chance = random.Random(20261121)
    every = len(results(made.home)) // 2  # which has those of two runs
    instants, struck = [], 0
    for kill in range(KILLS):
        process = fresh.start(*words)
        after, later = int(every * (kill + chance.random()) / KILLS), chance.uniform(0.05, 2.0)
        instants.append(f"{later:.2f} s after {after} of {every} results")
        until_there_are(after, fresh, process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(later)
        process.kill()
        struck += process.wait() == -signal.SIGKILL
        assert gone(fresh, 2.0), f"alive 2 s after a kill {instants[-1]}: {fresh.alive()}"
    assert struck > KILLS // 2, f"the run had ended before most kills: {', '.join(instants)}"
    fresh(*words)
    assert same(folder, made.clip), f"other bytes after kills {', '.join(instants)}"
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_run_within_five_seconds(fresh, film, tmp_path, number):
    process = fresh.start("run", film, "-o", tmp_path / "out")
    until_a_stage_has_started(fresh, process)
    time.sleep(random.Random(number).uniform(0.0, 4.0))
    process.send_signal(number)
    started = time.monotonic()
    assert process.wait(6.0) == 130
    assert time.monotonic() - started < 5.0
    assert fresh.alive() == []
    assert fresh.report()["outcome"] == "interrupted"


def test_a_killed_stage_is_retried_with_the_same_result(fresh, film, made, tmp_path):
    words = ("run", film, *CLIP, "--threads", 1, "-o", tmp_path / "out", "--until", "asr")
    process = fresh.start(*words)
    victim = None
    deadline = time.monotonic() + 300
    while victim is None and time.monotonic() < deadline:
        time.sleep(0.05)
        victim = running(fresh, "asr")
    os.kill(victim, signal.SIGKILL)
    assert process.wait(300) == 0
    stage = next(s for s in fresh.report()["films"][0]["stages"] if s["stage"] == "asr")
    assert stage["retries"] == 1
    assert outputs(fresh.home, "asr")[0] in outputs(made.home, "asr")


def outputs(home, stage):
    """The digests of the outputs, for every result of a stage in the store."""
    manifests = [json.loads(path.read_text()) for path in results(home)]
    return [
        {name: output["digest"] for name, output in manifest["outputs"].items()}
        for manifest in manifests
        if manifest["stage"] == stage
    ]


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
