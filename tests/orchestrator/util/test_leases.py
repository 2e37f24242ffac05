"""Who lives and who does not: without clocks that agree, and without the process ids of other machines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ipc import host
from orchestrator.util import leases
from orchestrator.util.leases import BEAT, TERM, WATCH, Judge, Lease

ROOT = Path(__file__).resolve().parents[3]
HOUR = 3600.0


class Clock:
    """A clock that only the test moves."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def judge(clock):
    return Judge(clock)


def foreign(folder, age=0.0, pid=1):
    """The lease of another machine, whose process 1 is none of ours; its last beat was `age` seconds ago."""
    path = folder / "other.json"
    path.write_text(json.dumps({"host": "0123abcd", "pid": pid, "machine": "elsewhere"}))
    beat(folder, path, age)
    return path


def beat(folder, path, age=0.0):
    now = leases.now_of(folder)
    os.utime(path, (now - age, now - age))


def gone_pid():
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_a_lease_lives_as_long_as_its_process_and_is_dead_at_once_when_that_is_killed(tmp_path, judge):
    code = (
        "import os, sys, pathlib\nfrom orchestrator.util.leases import Lease\n"
        "Lease(pathlib.Path(sys.argv[1]), {})\nprint(flush=True)\nsys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path / "a.json"], cwd=ROOT, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    with process:
        process.stdout.readline()
        assert judge.state(tmp_path / "a.json", leases.now_of(tmp_path)) == "alive"
        process.kill()
    assert judge.state(tmp_path / "a.json", leases.now_of(tmp_path)) == "dead"


def test_a_process_id_of_another_machine_is_not_looked_up_here(tmp_path, judge):
    lease = foreign(tmp_path, pid=gone_pid())
    assert judge.state(lease, leases.now_of(tmp_path)) == "alive"


def test_another_machine_is_dead_after_its_term_and_a_while_of_watching(tmp_path, judge, clock):
    lease = foreign(tmp_path, age=TERM + 1)
    now = leases.now_of(tmp_path)
    assert judge.state(lease, now) == "silent"
    clock.now += WATCH - 1
    assert judge.state(lease, now) == "silent"
    clock.now += 2
    assert judge.state(lease, now) == "dead"


def test_a_machine_that_beats_again_after_its_server_was_away_is_alive(tmp_path, judge, clock):
    lease = foreign(tmp_path, age=2 * HOUR)
    assert judge.state(lease, leases.now_of(tmp_path)) == "silent"
    clock.now += BEAT
    beat(tmp_path, lease)
    clock.now += WATCH
    assert judge.state(lease, leases.now_of(tmp_path)) == "alive"


@pytest.mark.parametrize("off", [-HOUR, HOUR])
def test_a_machine_that_dates_its_files_an_hour_off_lives_while_it_beats_and_dies_when_not(
    tmp_path, judge, clock, off
):
    lease = foreign(tmp_path, age=-off)
    for _ in range(60):
        assert judge.state(lease, leases.now_of(tmp_path)) in {"alive", "silent"}
        clock.now += BEAT
        beat(tmp_path, lease, age=-off + 0.001 * (clock.now % 7))
    judge.state(lease, leases.now_of(tmp_path))
    clock.now += TERM + 1
    assert judge.state(lease, leases.now_of(tmp_path)) == "dead"


def test_the_clock_of_this_machine_plays_no_part(tmp_path, judge, monkeypatch):
    lease = Lease(tmp_path / "a.json", {})
    try:
        for off in (-HOUR, HOUR):
            monkeypatch.setattr("time.time", lambda off=off: 1e9 + off)
            lease.beat()
            assert judge.state(lease.path, leases.now_of(tmp_path)) == "alive"
    finally:
        lease.release()


def test_a_beat_dates_the_file_and_keeps_its_content(tmp_path):
    lease = Lease(tmp_path / "a.json", {"films": {"d": "/f"}})
    try:
        before = lease.path.read_bytes()
        os.utime(lease.path, (1e9, 1e9))
        lease.beat()
        assert lease.path.read_bytes() == before
        assert leases.now_of(tmp_path) - lease.path.stat().st_mtime < 5
        assert json.loads(before)["films"] == {"d": "/f"}
    finally:
        lease.release()
    assert not lease.path.exists()
    lease.beat()
    assert not lease.path.exists()


def test_an_owner_that_was_taken_for_dead_takes_its_lease_again_and_is_told(tmp_path):
    told = []
    lease = Lease(tmp_path / "a.json", {}, lost=lambda: told.append(1))
    try:
        lease.path.unlink()
        lease.beat()
        assert lease.path.exists()
        assert told == [1]
    finally:
        lease.release()


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b'{"host": 3}'])
def test_a_damaged_lease_counts_by_its_age_alone(tmp_path, judge, clock, content):
    lease = foreign(tmp_path)
    lease.write_bytes(content)
    assert judge.state(lease, leases.now_of(tmp_path)) == "alive"
    beat(tmp_path, lease, TERM + 1)
    judge.state(lease, leases.now_of(tmp_path))
    clock.now += WATCH + 1
    assert judge.state(lease, leases.now_of(tmp_path)) == "dead"


def test_the_tag_differs_by_boot_machine_and_namespace_of_processes(monkeypatch):
    tags = {host.tag()}
    for what in ("_boot", "_namespace"):
        host.tag.cache_clear()
        with monkeypatch.context() as patched:
            patched.setattr(host, what, lambda: "another")
            tags.add(host.tag())
    host.tag.cache_clear()
    with monkeypatch.context() as patched:
        patched.setattr("os.uname", lambda: os.uname_result(("Linux", "another", "", "", "")))
        tags.add(host.tag())
    host.tag.cache_clear()
    assert len(tags) == 4
    with monkeypatch.context() as patched:  # a system that names no boot: nobody else is of here
        patched.setattr(host, "_boot", lambda: "")
        one = host.tag()
        host.tag.cache_clear()
        assert host.tag() != one
    host.tag.cache_clear()
