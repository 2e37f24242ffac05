"""A disk that is full, read-only or failing: a sentence and the status of storage, wherever it is noticed."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from orchestrator import cli
from orchestrator.errors import BUG, STORAGE, FatalError
from orchestrator.outputs.ledger import Ledger
from orchestrator.run_state import run_folders


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def failing(number, filename=None):
    def fail(*_, **__):
        raise OSError(number, os.strerror(number), filename)

    return fail


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])
@pytest.mark.parametrize("filename", [None, "/elsewhere/file"])
def test_an_error_of_a_disk_is_no_bug_whatever_file_it_names(monkeypatch, capsys, number, filename):
    monkeypatch.setattr(cli, "_command", failing(number, filename))
    assert cli.main(["runs"]) == STORAGE
    said = capsys.readouterr().err
    assert said.startswith(f"orchestrator: {os.strerror(number)}")
    assert (filename or "") in said
    assert "Traceback" not in said
    assert "check the disks of" in said


def test_the_log_of_a_bug_goes_elsewhere_if_the_home_cannot_hold_it(monkeypatch, capsys, home):
    monkeypatch.setattr(cli, "_command", lambda _: 1 / 0)
    home.write_text("not a folder")
    assert cli.main(["runs"]) == BUG
    log = Path(capsys.readouterr().err.split("report it, with ")[1].strip())
    assert "ZeroDivisionError" in log.read_text()


def test_a_bug_whose_log_no_disk_can_hold_is_one_sentence(monkeypatch, capsys):
    monkeypatch.setattr(cli, "_command", lambda _: 1 / 0)
    monkeypatch.setattr(Path, "write_text", failing(errno.ENOSPC))
    assert cli.main(["runs"]) == BUG
    said = capsys.readouterr().err
    assert "internal error: ZeroDivisionError: division by zero (test_full_disk.py, line" in said
    assert "no log of it can be written: No space left on device" in said
    assert "Traceback" not in said


def test_a_full_disk_when_a_run_begins_is_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr("ipc.atomic.write", failing(errno.ENOSPC))  # as `write` fails: without a file's name
    told = pytest.raises(FatalError, match=r"cannot write the run's log to .*: No space left")
    with told as caught, run_folders.new("film", root=tmp_path / "runs"):
        pass
    assert caught.value.status == STORAGE


def test_a_full_home_is_not_taken_for_a_full_output_folder(monkeypatch, tmp_path, home):
    monkeypatch.setattr("ipc.atomic.write", failing(errno.ENOSPC))
    with pytest.raises(FatalError, match=rf"cannot write {home}.*: No space left") as caught:
        Ledger().remember(tmp_path / "film.srt", "digest", tmp_path / "film.mkv")
    assert "ORCHESTRATOR_HOME" in caught.value.hint
