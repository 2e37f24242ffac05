"""Locks between processes: who waits for whom, and that a killed process holds nothing."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from orchestrator.util import locks

ROOT = Path(__file__).resolve().parents[3]
HOLD = """
import sys
from pathlib import Path
from orchestrator.util import locks
with locks.hold(Path(sys.argv[1]), shared=sys.argv[2] == "shared"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def holder(file, how="alone"):
    """A process that holds the lock until the block ends or it is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, file, how],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    ) as process:  # fmt: skip
        assert process.stdout.readline() == "held\n"
        yield process
        process.stdin.close()


def test_an_exclusive_lock_excludes_all_others(tmp_path):
    file = tmp_path / "lock"
    with holder(file):
        for shared in (False, True):
            with pytest.raises(BlockingIOError):
                locks.hold(file, shared=shared, wait=False)
        assert locks.is_held(file)
    with locks.hold(file, wait=False):
        assert locks.is_held(file)
    assert not locks.is_held(file)


def test_shared_locks_exclude_only_an_exclusive_one(tmp_path):
    file = tmp_path / "lock"
    with holder(file, "shared"), locks.hold(file, shared=True, wait=False):
        assert not locks.is_held(file)
        with pytest.raises(BlockingIOError):
            locks.hold(file, wait=False)


def test_a_killed_process_and_its_children_hold_no_lock(tmp_path):
    file = tmp_path / "lock"
    script = HOLD.replace(
        'print("held"',
        'import subprocess; subprocess.Popen(["sleep", "20"], stdout=subprocess.DEVNULL); print("held"',
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, file, "alone"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    ) as process:
        assert process.stdout.readline() == "held\n"
        process.kill()
        process.wait()
        with locks.hold(file, wait=False):
            pass
        os.killpg(process.pid, signal.SIGKILL)  # the sleep


def test_a_second_holder_waits_for_the_lock(tmp_path):
    file = tmp_path / "lock"
    order = []

    def waiting():
        with locks.hold(file):
            order.append("second")

    with locks.hold(file):
        thread = threading.Thread(target=waiting)
        thread.start()
        thread.join(0.2)
        order.append("first")
    thread.join(30)
    assert order == ["first", "second"]


def test_text_written_to_a_lock_file_remains_after_release(tmp_path):
    file = tmp_path / "lock"
    with locks.hold(file) as lock:
        lock.write(b"about this film")
    with locks.hold(file, shared=True) as lock:
        assert lock.read() == b"about this film"


def test_a_missing_lock_file_is_not_held_and_not_made(tmp_path):
    assert not locks.is_held(tmp_path / "lock")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileNotFoundError):
        locks.hold(tmp_path / "nowhere" / "lock")
