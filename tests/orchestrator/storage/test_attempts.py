"""Folders that stages write in: theirs alone while they work, and removed when nobody does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ipc import host
from orchestrator.storage.attempts import Attempts
from orchestrator.storage.users import Users
from orchestrator.util import leases

ROOT = Path(__file__).resolve().parents[3]


def made(root):
    return Attempts(root / "attempts", Users(root))


@pytest.fixture
def attempts(tmp_path):
    return made(tmp_path)


def names(tmp_path):
    return sorted(path.name for path in (tmp_path / "attempts").rglob("*"))


def removed(attempts, tmp_path):
    return attempts.remove_abandoned(leases.now_of(tmp_path), lambda place, key: None)


def test_an_attempt_that_is_discarded_leaves_nothing(attempts, tmp_path):
    attempt = attempts.new("asr")
    (attempt / "half").write_text("wor")
    assert names(tmp_path) == sorted([attempt.parent.name, attempt.name, "half"])
    attempts.discard(attempt)
    assert names(tmp_path) == []
    assert list((tmp_path / "users").iterdir()) == []


def test_drafts_of_killed_processes_are_removed_and_those_of_living_ones_stay(attempts, tmp_path):
    code = (
        "import os, sys, pathlib\nfrom tests.orchestrator.storage.test_attempts import made\n"
        "(made(pathlib.Path(sys.argv[1])).new('asr') / 'half').write_text('words')\nos.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path], check=False, cwd=ROOT)
    mine = attempts.new("demux")
    assert len(names(tmp_path)) == 5
    assert removed(made(tmp_path), tmp_path) == (1, 5)
    assert names(tmp_path) == sorted([mine.parent.name, mine.name])
    attempts.discard(mine)
    assert list((tmp_path / "users").iterdir()) == []


def test_a_lock_of_an_earlier_version_whose_attempt_is_gone_is_removed(attempts, tmp_path):
    (tmp_path / "attempts").mkdir()
    (tmp_path / "attempts" / "asr-12ab.lock").touch()
    assert removed(attempts, tmp_path) == (0, 0)
    assert names(tmp_path) == []


def test_an_attempt_of_an_earlier_version_stays_while_it_is_locked(attempts, tmp_path):
    from orchestrator.util import locks

    (tmp_path / "attempts" / "asr-12ab").mkdir(parents=True)
    with locks.hold(tmp_path / "attempts" / "asr-12ab.lock"):
        assert removed(attempts, tmp_path) == (0, 0)
    assert removed(attempts, tmp_path) == (1, 0)
    assert names(tmp_path) == []


def test_an_attempt_whose_lease_is_lost_stays_until_it_is_old(attempts, tmp_path):
    folder = tmp_path / "attempts" / "0123abcd-77-00ff00"
    (folder / "asr-12ab").mkdir(parents=True)
    assert removed(attempts, tmp_path) == (0, 0)
    os.utime(folder, (leases.now_of(tmp_path) - leases.TERM - 1,) * 2)
    assert removed(attempts, tmp_path) == (1, 0)


def test_a_result_that_a_killed_process_was_about_to_evict_is_put_back(attempts, tmp_path):
    folder = tmp_path / "attempts" / f"{host.tag()}-4194999-00ff00"
    (folder / "evicted-ab12").mkdir(parents=True)
    back = []

    def put_back(place, key):
        back.append(key)
        place.rename(tmp_path / key)

    attempts.remove_abandoned(leases.now_of(tmp_path), put_back)
    assert back == ["ab12"]
    assert names(tmp_path) == []


def test_each_broken_result_gets_another_name(attempts):
    assert attempts.aside() != attempts.aside()
