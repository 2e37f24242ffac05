"""Folders for short-lived files."""

import os
import shutil
from types import SimpleNamespace

import pytest

from orchestrator.util import scratch


@pytest.fixture
def base(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "tmp"


def old(folder):
    folder.mkdir(parents=True)
    os.utime(folder, (0, 0))
    return folder


def test_a_folder_is_made_and_removed(base):
    with scratch.folder() as made:
        assert made.parent == base
        (made / "draft").write_text("x")
    assert not list(base.iterdir())


def test_only_the_programs_own_old_folders_are_removed(base):
    ours, theirs = old(base / "orchestrator-abc"), old(base / "films of 1999")
    with scratch.folder():
        assert not ours.exists()
    assert theirs.exists()


def test_a_file_in_the_place_of_the_folder_is_replaced(base):
    base.parent.mkdir()
    base.write_text("")
    with scratch.folder() as made:
        assert made.is_dir()


def test_two_processes_may_remove_the_same_left_over_folder(base, monkeypatch):
    left = old(base / "orchestrator-abc")

    def meanwhile():
        shutil.rmtree(left)
        return 1e10

    monkeypatch.setattr(scratch, "time", SimpleNamespace(time=meanwhile))
    with scratch.folder() as made:
        assert made.is_dir()
