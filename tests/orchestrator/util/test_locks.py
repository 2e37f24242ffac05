"""Locks between processes: who waits for whom, and that a killed process holds nothing."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ipc import host
from orchestrator.util import file_systems, locks

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
    file.write_text("about this film")
    with locks.hold(file):
        pass
    with locks.hold(file, shared=True):
        assert file.read_text() == "about this film"


def test_a_missing_lock_file_is_not_held_and_not_made(tmp_path):
    assert not locks.is_held(tmp_path / "lock")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileNotFoundError):
        locks.hold(tmp_path / "nowhere" / "lock")


@pytest.fixture(params=["ENOLCK", "ENOSYS", "EOPNOTSUPP", "kept to one machine"])
def network(request, monkeypatch):
    """A network file system without `flock`, or whose `flock` other machines do not see."""

    def none(descriptor, how):
        if request.param != "kept to one machine":
            raise OSError(getattr(errno, request.param), "no locks")

    monkeypatch.setattr("fcntl.flock", none)
    monkeypatch.setattr(file_systems, "is_remote", lambda path: True)


def test_without_flock_an_exclusive_lock_excludes_all_others_of_its_kind(tmp_path, network):
    file = tmp_path / "lock"
    with locks.hold(file):
        with pytest.raises(BlockingIOError):
            locks.hold(file, wait=False)
        with locks.hold(file, shared=True):
            pass
    with locks.hold(file, wait=False):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


def test_without_flock_the_next_waits_until_the_lock_is_free(tmp_path, network):
    file, order = tmp_path / "lock", []

    def second():
        with locks.hold(file):
            order.append("second")

    thread = threading.Thread(target=second)
    with locks.hold(file):
        thread.start()
        thread.join(0.2)
        order.append("first")
    thread.join(30)
    assert order == ["first", "second"]


def test_without_flock_a_killed_process_holds_nothing_and_another_machine_s_is_waited_for(tmp_path, network):
    file, held = tmp_path / "lock", tmp_path / "lock.held"
    held.write_text(json.dumps({"host": host.tag(), "pid": 4194999, "machine": "here"}))
    with locks.hold(file, wait=False):
        pass
    held.write_text(json.dumps({"host": "0123abcd", "pid": 4194999, "machine": "elsewhere"}))
    with pytest.raises(BlockingIOError):
        locks.hold(file, wait=False)


MOUNTS = """\
21 1 8:1 / / rw - ext4 /dev/sda1 rw
22 21 0:40 / /home rw - nfs4 server:/home rw,local_lock=none
23 22 8:2 / /home/ana/scratch rw - xfs /dev/sdb1 rw
24 21 0:41 / /mnt/with\\040space rw - cifs //nas/films rw
25 21 0:42 / /mnt/far rw - fuse.sshfs far: rw
26 21 0:43 / /var/lib/docker rw - overlay overlay rw
"""


@pytest.mark.parametrize(
    ("path", "remote"),
    [
        ("/home", True), ("/home/ana", True), ("/homely", False), ("/home/ana/scratch/a", False),
        ("/mnt/with space/a", True), ("/mnt/far/a", True), ("/var/lib/docker/a", False), ("/etc", False),
    ],
)  # fmt: skip
def test_a_file_system_of_a_network_is_told_by_the_table_of_mounts(tmp_path, monkeypatch, path, remote):
    table = tmp_path / "mountinfo"
    table.write_text(MOUNTS)
    monkeypatch.setattr(file_systems, "_TABLE", table)
    assert file_systems.is_remote(Path(path)) is remote


def test_a_system_without_such_a_table_has_no_network_file_systems(tmp_path, monkeypatch):
    monkeypatch.setattr(file_systems, "_TABLE", tmp_path / "none")
    assert not file_systems.is_remote(tmp_path)
