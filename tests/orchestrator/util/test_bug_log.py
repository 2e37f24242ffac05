"""The log of an internal error."""

from pathlib import Path

import pytest

from orchestrator.errors import BUG, STORAGE, FatalError
from orchestrator.util import bug_log


def raised(message):
    with pytest.raises(ValueError, match=message) as caught:
        raise ValueError(message)
    return caught.value


def log_of(error):
    told = bug_log.reported(["run", "f\udcff.mkv"], error)
    assert (told.message, told.status) == ("internal error", BUG)
    return Path(told.hint.removeprefix("report it, with "))


def test_the_log_is_in_the_home_and_holds_any_name(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    log = log_of(raised("of f\udcff.mkv"))
    assert log.parent == tmp_path / "bugs"
    assert "ValueError: of f\\udcff.mkv" in log.read_text(encoding="utf-8")


def test_without_a_home_the_log_is_elsewhere(tmp_path, monkeypatch):
    def none():
        raise FatalError("there is no place for results", "", STORAGE)

    monkeypatch.setattr(bug_log, "home", none)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert log_of(raised("x")).is_relative_to(tmp_path)
