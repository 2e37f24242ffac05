"""Limits of the machine are explained; other errors are bugs."""

from __future__ import annotations

import errno
import os

import pytest

from orchestrator.errors import FAILED, INPUT, STORAGE, FatalError
from orchestrator.util import machine_errors, scratch


@pytest.mark.parametrize(
    ("error", "status", "hint"),
    [
        (OSError(errno.EMFILE, "Too many open files"), FAILED, "ulimit -n"),
        (BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), FAILED, "ulimit -u"),
        (RuntimeError("can't start new thread"), FAILED, "ulimit -u"),
        (OSError(errno.EFBIG, "File too large", "/x/run.json"), STORAGE, "ulimit -f"),
        (MemoryError(), FAILED, "ulimit -v"),
    ],
)
def test_a_limit_is_explained_with_what_raises_it(error, status, hint):
    explained = machine_errors.explained(error)
    assert explained is not None
    assert explained.status == status
    assert hint in explained.hint


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "/x/cast.csv"), INPUT, "/x/cast.csv: cannot be"),
        (OSError(errno.ENAMETOOLONG, "File name too long", "x" * 300), INPUT, "xxx...: the name is too long"),
        (OSError(errno.ELOOP, "Too many levels", b"/x/loop"), INPUT, "/x/loop: a link"),
        (NotADirectoryError(errno.ENOTDIR, "Not a directory", "/x/film.mkv/a"), INPUT, "is a file, not"),
        (OSError(errno.ESTALE, "Stale file handle", "/net/a.mkv"), STORAGE, "network share does not answer"),
        (OSError(errno.ENOTCONN, "Not connected", "/fuse/a.mkv"), STORAGE, "network share does not answer"),
    ],
)
def test_a_path_that_the_system_refuses_is_explained_wherever_it_is_used(error, status, said):
    explained = machine_errors.explained(error)
    assert explained is not None
    assert (explained.status, said in explained.message, bool(explained.hint)) == (status, True, True)
    with pytest.raises(FatalError), machine_errors.sentences():
        raise error


def test_another_error_is_a_bug():
    assert machine_errors.explained(ValueError("x")) is None
    assert machine_errors.explained(OSError(errno.ENOENT, "No such file", "/elsewhere")) is None


def test_only_a_path_in_the_home_is_blamed_on_the_home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    inside = OSError(errno.EACCES, "Permission denied", str(tmp_path / "home" / "store"))
    explained = machine_errors.explained(inside)
    assert explained is not None
    assert explained.status == STORAGE
    other = str(tmp_path / "home movies" / "a.mkv")
    outside = machine_errors.explained(OSError(errno.EACCES, "Permission denied", other))
    assert outside is not None
    assert outside.message.startswith(f"{other}: ")
    assert outside.status == INPUT
    assert machine_errors.explained(OSError(errno.EACCES, "Permission denied", 7)) is None


def test_short_lived_files_need_no_usable_tmpdir(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("tempfile._candidate_tempdir_list", lambda: ["/nonexistent"])
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "home" / "tmp" / "orchestrator-left").mkdir(parents=True)
    os.utime(tmp_path / "home" / "tmp" / "orchestrator-left", (0, 0))
    with scratch.folder() as folder:
        (folder / "page").write_text("x")
        assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    assert not folder.exists()
