"""One store for two machines: namespaces with their own process ids and host names, and one folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ipc import host
from orchestrator.storage.file_digests import file_digest
from orchestrator.storage.store import Store
from orchestrator.util import leases

ROOT = Path(__file__).resolve().parents[3]
_NAMESPACES = ("unshare", "--mount", "--pid", "--fork", "--uts", "--mount-proc", "--kill-child")
MACHINE = """
import sys, time
from pathlib import Path
from ipc import host
from orchestrator.util import leases
leases.BEAT = 0.2
from orchestrator.storage.store import Store
from tests.orchestrator.storage.test_eviction import keep, key
store = Store(Path(sys.argv[1]))
with store.in_use():
    attempt = store.attempt("asr")
    (attempt / "half").write_text("words")
    store.users.pin("film", [key(1), key(2)])
    keep(store, 1)
    keep(store, 2)
    print(host.tag(), attempt, flush=True)
    sys.stdin.read()
"""


def _can_make_namespaces():
    if not shutil.which("unshare"):
        return False
    tried = subprocess.run([*_NAMESPACES, "hostname", "one"], capture_output=True, check=False)
    return tried.returncode == 0


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))


@pytest.mark.skipif(not _can_make_namespaces(), reason="this user may not make namespaces")
def test_what_a_machine_works_on_stays_until_its_lease_is_over_after_it_died(tmp_path, monkeypatch):
    monkeypatch.setattr(leases, "TERM", 2.0)
    monkeypatch.setattr(leases, "WATCH", 0.5)
    store = Store(tmp_path / "store")
    script = 'hostname other && exec "$@"'
    machine = subprocess.Popen(
        [*_NAMESPACES, "sh", "-c", script, "sh", sys.executable, "-c", MACHINE, store.root],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with machine:
        tag, attempt = machine.stdout.readline().split()
        assert tag != host.tag()
        assert store.living() == ["other"]
        for _ in range(6):  # for longer than its term
            store.gc(keep_bytes=0)
            time.sleep(0.4)
        assert Path(attempt, "half").exists()
        assert len(list(store.entries())) == 2
        machine.kill()
    store.gc(keep_bytes=0)
    assert Path(attempt, "half").exists()
    deadline = time.monotonic() + 30
    while Path(attempt).exists() and time.monotonic() < deadline:
        time.sleep(0.2)
        store.gc(keep_bytes=0)
    assert not Path(attempt).exists()
    store.gc(keep_bytes=0)
    assert list(store.entries()) == []
    assert list((store.root / "users").iterdir()) == []
    assert list((store.root / "attempts").iterdir()) == []


def test_a_result_that_another_machine_stored_unseen_is_kept_and_not_replaced(tmp_path, monkeypatch):
    """Clients of NFS believe for up to a minute that a name is free that they once found free."""
    from orchestrator.storage import result_folder
    from tests.orchestrator.storage.test_eviction import keep, key

    store = Store(tmp_path / "store")
    there = keep(store, 1, seconds=11.0).folder
    read = result_folder.read
    stale = {there}

    def of_a_minute_ago(folder):
        return None if folder in stale else read(folder)

    monkeypatch.setattr(result_folder, "read", of_a_minute_ago)
    keep(store, 1, seconds=22.0)
    stale.clear()
    assert store.find(key(1)).manifest.seconds == 11.0
    assert list((store.root / "attempts").iterdir()) == []


def test_films_of_two_machines_with_the_same_path_and_inode_are_told_apart(tmp_path, monkeypatch):
    """A home that machines share has the digests of all: a film's change time is never the same in both."""
    film = tmp_path / "film.mkv"
    stat = Path.stat

    def on_machine(content, ctime):
        film.write_bytes(content)

        def of_here(path, **how):
            found = stat(path, **how)
            if path != film:
                return found
            fields = (found.st_mode, 7, 8, 1, 0, 0, len(content), 1, 1, ctime // 10**9)
            more = {"st_mtime_ns": 10**9, "st_ctime_ns": ctime, "st_atime_ns": 10**9}
            return os.stat_result(fields, more)

        monkeypatch.setattr(Path, "stat", of_here)
        return file_digest(film)

    assert on_machine(b"one", 5 * 10**9) != on_machine(b"two", 5 * 10**9 + 4_000_000)
    assert on_machine(b"two", 5 * 10**9 + 4_000_000) == on_machine(b"two", 5 * 10**9 + 4_000_000)
