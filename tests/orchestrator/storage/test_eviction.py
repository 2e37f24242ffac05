"""What leaves a full cache first, and that it never leaves anybody who uses it."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.storage.manifest import Manifest, OutputRecord
from orchestrator.storage.store import AttemptGoneError, Store
from orchestrator.util import leases, own_files

ROOT = Path(__file__).resolve().parents[3]
HOUR, DAY = 3600.0, 86400.0


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def key(number):
    return f"{number:064x}"


def keep(store, number, *, size=100, seconds=1.0, idle=0.0, **facts):
    """Store a result of `size` bytes that took `seconds` and was used last `idle` seconds ago."""
    attempt = store.attempt("asr")
    with (attempt / "out").open("wb") as stream:
        stream.truncate(size - 4)
        stream.seek(size - 4)
        stream.write(b"PAR1")
    record = OutputRecord(kind="words", path="out", digest="d", size=size)
    made = Manifest(
        stage="asr", version=1, ingredients={}, outputs={"out": record}, seconds=seconds, facts=facts
    )
    entry = store.commit(attempt, key(number), made)
    when = leases.now_of(store.root) - idle
    os.utime(entry.folder / "used", (when, when))
    return entry


def left(store):
    return {int(entry.key, 16) for entry, _, _ in store.entries()}


def test_a_transcript_of_last_year_outlives_the_sound_of_an_hour_ago(store):
    keep(store, 1, size=230_000_000, seconds=20.0, idle=HOUR)
    keep(store, 2, size=200_000, seconds=5400.0, idle=365 * DAY)
    store.gc(keep_bytes=230_100_000)
    assert store.find(key(1)) is None
    assert store.find(key(2))


def test_large_tables_go_before_the_rest_of_their_result_which_says_what_they_were(store):
    keep(store, 1, size=2_000_000)
    assert store.gc(keep_bytes=1_000_000) == (1, 2_000_000)
    assert store.find_part(key(1)).manifest.outputs["out"].digest == "d"
    assert store.find_part(key(1), ["out"]) is None
    assert store.why_gone(key(1)) == "out deleted"
    keep(store, 1, size=2_000_000)
    assert store.find(key(1), ["out"])
    assert store.gc(keep_bytes=100)[0] == 1
    assert left(store) == set()


def test_of_two_results_alike_the_one_that_was_used_longer_ago_goes_first(store):
    keep(store, 1, size=1_000_000, idle=3 * HOUR)
    keep(store, 2, size=1_000_000, idle=2 * HOUR)
    store.gc(keep_bytes=1_500_000)
    assert left(store) == {2}


def test_a_result_that_was_used_more_often_stays_longer(store):
    keep(store, 1, size=1_000_000, idle=2 * HOUR)
    keep(store, 2, size=1_000_000, idle=3 * HOUR)
    used = store.root / "results" / key(2)[:2] / key(2) / "used"
    used.write_bytes(b"...")
    when = leases.now_of(store.root) - 3 * HOUR
    os.utime(used, (when, when))
    store.gc(keep_bytes=1_500_000)
    assert left(store) == {2}


def test_uses_within_an_hour_count_once(store):
    folder = keep(store, 1).folder
    for _ in range(3):
        store.find(key(1))
    assert (folder / "used").stat().st_size == 1
    os.utime(folder / "used", (1e9, 1e9))
    store.find(key(1))
    assert (folder / "used").stat().st_size == 2
    assert leases.now_of(store.root) - (folder / "used").stat().st_mtime < HOUR


def test_a_provisional_result_goes_first(store):
    keep(store, 1, size=1_000_000, seconds=900.0, transient="no network")
    keep(store, 2, size=1_000_000, seconds=1.0)
    assert [removal.why for removal in store.removable(eviction_bounds(1_500_000))] == [
        "provisional: no network"
    ]
    store.gc(keep_bytes=1_500_000)
    assert left(store) == {2}


def eviction_bounds(most):
    from orchestrator.storage.eviction import Bounds

    return Bounds(most=most)


def test_what_would_be_removed_says_why_and_stays(store):
    keep(store, 1, size=230_000_000, seconds=20.0, idle=HOUR)
    keep(store, 2, size=200_000, seconds=5400.0, idle=HOUR)
    (removal,) = store.removable(eviction_bounds(1_000_000))
    assert removal.why == "saves 20 s of work"
    assert left(store) == {1, 2}


def test_what_a_living_process_pins_stays_until_it_lets_go_or_is_killed(store):
    keep(store, 1)
    code = (
        "import sys, pathlib\nfrom orchestrator.storage.store import Store\n"
        "store = Store(pathlib.Path(sys.argv[1]))\n"
        "with store.in_use():\n"
        "    store.users.pin('film', [sys.argv[2]])\n    print(flush=True)\n    sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, store.root, key(1)], cwd=ROOT, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    with process:
        process.stdout.readline()
        store.gc(keep_bytes=0)
        assert left(store) == {1}
        process.kill()
    store.gc(keep_bytes=0)
    assert left(store) == set()
    assert list((store.root / "users").iterdir()) == []


def test_a_result_that_is_pinned_while_it_is_moved_away_is_put_back(store, monkeypatch):
    keep(store, 1)
    keep(store, 2)
    other = Store(store.root)
    rename = Path.rename

    def late(path, target):
        if path.name == key(1):
            other.users.pin("film", [key(1)])
        return rename(path, target)

    with other.in_use():
        monkeypatch.setattr(Path, "rename", late)
        assert store.gc(keep_bytes=0)[0] == 1
    assert left(store) == {1}


def test_a_result_that_is_used_while_it_is_moved_away_is_put_back(store, monkeypatch):
    folder = keep(store, 1, idle=HOUR).folder
    rename = Path.rename

    def late(path, target):
        if path == folder:
            os.utime(path / "used")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", late)
    assert store.gc(keep_bytes=0) == (0, 0)
    assert left(store) == {1}


def test_pins_are_given_back_by_film(store):
    keep(store, 1)
    keep(store, 2)
    other = Store(store.root)
    with other.in_use():
        other.users.pin("0", [key(1), key(2)])
        other.users.pin("1", [key(2)])
        other.users.unpin("0")
        store.gc(keep_bytes=0)
        assert left(store) == {2}


def test_pins_that_are_out_of_date_do_not_pile_up(store):
    with store.in_use():
        for film in range(900):
            store.users.pin(str(film), [key(film * 8 + n) for n in range(8)])
            store.users.unpin(str(film))
        (pins,) = (store.root / "users").glob("*.pins")
        assert pins.stat().st_size < 8000 * 80
        assert Store(store.root).users.pinned() == set()


@pytest.mark.parametrize("code", [errno.ESTALE, errno.EIO, errno.EACCES])
def test_a_result_that_a_server_does_not_hand_out_just_now_is_not_taken_for_damaged(store, monkeypatch, code):
    keep(store, 1)
    read = own_files.plain_file.read

    def away(path, most):
        if path.name == "manifest.json":
            raise OSError(code, os.strerror(code))
        return read(path, most)

    with monkeypatch.context() as patched:
        patched.setattr(own_files.plain_file, "read", away)
        assert store.find(key(1)) is None
        assert store.gc() == (0, 0)
    assert left(store) == {1}


def test_a_damaged_result_that_another_process_has_just_replaced_stays(store, monkeypatch):
    folder = keep(store, 1).folder
    whole = (folder / "manifest.json").read_bytes()
    (folder / "manifest.json").write_text("{")
    rename = Path.rename

    def late(path, target):
        if path == folder:
            (folder / "manifest.json").write_bytes(whole)
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", late)
    store.gc()
    assert left(store) == {1}


def test_a_server_that_answers_a_repeated_rename_with_no_such_file_loses_no_result(store, monkeypatch):
    attempts = str(store.root / "attempts")
    rename = Path.rename

    def answered_late(path, target):
        rename(path, target)
        if str(path).startswith(attempts) and "results" in str(target):
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")

    monkeypatch.setattr(Path, "rename", answered_late)
    keep(store, 1)
    assert left(store) == {1}
    assert list((store.root / "attempts").iterdir()) == []


def test_an_attempt_that_was_taken_for_abandoned_is_reported_as_such(store):
    attempt = store.attempt("asr")
    attempt.rmdir()
    made = Manifest(stage="asr", version=1, ingredients={}, outputs={}, seconds=1.0)
    with pytest.raises(AttemptGoneError):
        store.commit(attempt, key(1), made)
    store.discard(attempt)
    assert list((store.root / "users").iterdir()) == []


def test_folders_that_cannot_be_synced_do_not_stop_a_result(store, monkeypatch):
    fsync = os.fsync

    def of_smb(descriptor):
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):  # noqa: PTH112
            raise OSError(errno.EINVAL, "Invalid argument")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", of_smb)
    keep(store, 1)
    assert left(store) == {1}
