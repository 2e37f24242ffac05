"""Small things that were found out once: kept, forgotten, and never the reason why something fails."""

from __future__ import annotations

import stat

import pytest

from orchestrator.util import memo


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_memo_can_be_read_until_it_is_forgotten():
    file = memo.folder("colours") / "sky.json"
    memo.keep(file, {"colour": "blau", "shades": [1, 2]})
    assert memo.read(file) == {"colour": "blau", "shades": [1, 2]}
    assert memo.forget("colours") == 1
    assert memo.read(file) is None
    assert memo.forget("colours") == 0


def test_a_memo_can_be_private():
    file = memo.folder("voices") / "a.json"
    memo.keep(file, [], mode=0o600)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe"])
def test_a_damaged_memo_reads_as_none(content):
    file = memo.folder("colours") / "sky.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    assert memo.read(file) is None


def test_an_unwritable_home_causes_no_failure(home):
    home.write_text("not a folder")
    memo.keep(memo.folder("colours") / "sky.json", 1)
    assert memo.read(memo.folder("colours") / "sky.json") is None
