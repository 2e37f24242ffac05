"""What was written where: remembered by path, and nothing believed that is about another one."""

from __future__ import annotations

import json

import pytest

from orchestrator.outputs.ledger import Ledger


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "ledger")


def test_a_written_file_is_remembered_with_its_film_and_clip(ledger, tmp_path):
    file, film = tmp_path / "movie.en.srt", tmp_path / "movie.mp4"
    ledger.remember(file, "digest", film, "10-20")
    assert (ledger.digest(file), ledger.film(file), ledger.clip(file)) == ("digest", str(film), "10-20")
    ledger.remember(file, "another", film)
    assert (ledger.digest(file), ledger.clip(file)) == ("another", "")


def test_an_unknown_file_has_no_entry(ledger, tmp_path):
    file = tmp_path / "movie.en.srt"
    assert (ledger.digest(file), ledger.film(file), ledger.clip(file)) == (None, None, "")


@pytest.mark.parametrize("content", ["", "[]", json.dumps({"path": "/another", "digest": "digest"})])
def test_a_damaged_entry_and_one_for_another_path_are_ignored(ledger, tmp_path, content):
    file = tmp_path / "movie.en.srt"
    ledger.remember(file, "digest", tmp_path / "movie.mp4")
    (entry,) = (tmp_path / "ledger").iterdir()
    entry.write_text(content)
    assert ledger.digest(file) is None


def test_the_ledger_is_stored_in_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    Ledger().remember(tmp_path / "a.srt", "digest", tmp_path / "movie.mp4")
    assert Ledger().digest(tmp_path / "a.srt") == "digest"
    assert len(list((tmp_path / "home/memo/written").iterdir())) == 1
