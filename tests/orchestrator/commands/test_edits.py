"""`orchestrator edits`: what was edited, in words, and taken back."""

from __future__ import annotations

import json
import re

import pytest

from ipc.edits import Edit, Overlay, Person, Shown
from orchestrator import cli
from orchestrator.library import edits
from orchestrator.storage.file_digests import file_digest


@pytest.fixture
def film(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    film = tmp_path / "movie.mkv"
    film.write_text("a film")
    before = (Shown(start=61.0, end=62.5, text="One\ntwo."),)
    after = (Shown(start=61.0, end=62.5, text="One, too."),)
    tracks = {
        "": (Edit(before=before, after=after), Edit(before=(), after=after)),
        "en": (Edit(before=before, after=()),),
    }
    people = (Person(label="SPEAKER_00", name="Zoe"), Person(label="SPEAKER_01"))
    edits.save(file_digest(film), Overlay(film="movie.mkv", speakers=people, tracks=tracks))
    return film


def test_every_change_has_a_line_and_a_number(film, capsys):
    assert cli.main(["edits", str(film)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == [
        "  1  SPEAKER_00 is Zoe",
        "  2  1:01  One two.  >  One, too.",
        "  3  1:01  put in: One, too.",
        "  4  1:01  [en]  deleted: One two.",
    ]
    assert lines[4].startswith("versions that are kept: 1 (")


def test_one_or_all_are_taken_back_and_come_again(film, capsys):
    assert cli.main(["edits", str(film), "--undo", "1", "--undo", "3"]) == 0
    assert "2 changes taken back; it holds from the next run on" in capsys.readouterr().out
    assert [len(found) for found in edits.load(file_digest(film)).tracks.values()] == [1, 1]
    assert cli.main(["edits", str(film), "--discard"]) == 0
    assert not edits.load(file_digest(film))
    assert cli.main(["edits", str(film), "--restore", "1"]) == 0
    capsys.readouterr()
    cli.main(["edits", str(film), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert [one["number"] for one in found["edits"]] == [1, 2, 3, 4]


def test_what_is_not_there_is_refused(film, capsys):
    assert cli.main(["edits", str(film), "--undo", "9"]) == 2
    assert "the film has no edit 9" in capsys.readouterr().err
    edits.file_of(file_digest(film)).write_text("{")
    assert cli.main(["edits", str(film)]) == 4
    told = capsys.readouterr()
    assert "are damaged" in told.err
    assert "orchestrator edits FILM --restore 1" in told.err
    assert "versions that are kept: 1" in told.out
    assert cli.main(["edits", str(film), "--restore", "1"]) == 0
    capsys.readouterr()
    assert cli.main(["edits", str(film)]) == 0
    shown = capsys.readouterr().out
    assert "  1  SPEAKER_00 is Zoe" in shown
    assert re.search(r"kept: 3 \(\S+ \S+\), 2 \(\S+ \S+, damaged\), 1 \(", shown), shown


def test_a_damaged_file_can_be_given_up_and_is_kept(film, capsys):
    digest = file_digest(film)
    edits.file_of(digest).write_text("{")
    assert cli.main(["edits", str(film), "--discard"]) == 0
    capsys.readouterr()
    assert not edits.load(digest)
    assert "{" in [one.path.read_text() for one in edits.versions(digest)]
