"""Folders that stages write in: theirs alone while they work, and removed when nobody does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.storage.attempts import Attempts

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def attempts(tmp_path):
    return Attempts(tmp_path / "attempts")


def names(tmp_path):
    return sorted(path.name for path in (tmp_path / "attempts").iterdir())


def test_an_attempt_that_is_discarded_leaves_nothing(attempts, tmp_path):
    attempt = attempts.new("asr")
    (attempt / "half").write_text("wor")
    assert names(tmp_path) == [attempt.name, f"{attempt.name}.lock"]
    attempts.discard(attempt)
    assert names(tmp_path) == []


def test_drafts_of_killed_processes_are_removed_and_those_of_living_ones_stay(attempts, tmp_path):
    code = (
        "import os, sys, pathlib\nfrom orchestrator.storage.attempts import Attempts\n"
        "attempts = Attempts(pathlib.Path(sys.argv[1]))\n"
        "(attempts.new('asr') / 'half').write_text('words')\nos.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path / "attempts"], check=False, cwd=ROOT)
    mine = attempts.new("demux")
    assert len(names(tmp_path)) == 4
    assert Attempts(tmp_path / "attempts").remove_abandoned() == (1, 5)
    assert names(tmp_path) == [mine.name, f"{mine.name}.lock"]
    attempts.discard(mine)


def test_a_lock_whose_attempt_became_a_result_is_removed(attempts, tmp_path):
    (tmp_path / "attempts").mkdir()
    (tmp_path / "attempts" / "asr-12ab.lock").touch()
    assert attempts.remove_abandoned() == (0, 0)
    assert names(tmp_path) == []


def test_each_broken_result_gets_another_name(attempts):
    assert attempts.aside() != attempts.aside()
