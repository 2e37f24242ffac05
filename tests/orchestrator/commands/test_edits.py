"""`orchestrator edits`: edits are listed and undone."""

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


def test_every_edit_is_listed_with_its_number(film, capsys):
    assert cli.main(["edits", str(film)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == [
        "  1  SPEAKER_00 is Zoe",
        "  2  1:01  One two.  >  One, too.",
        "  3  1:01  inserted: One, too.",
        "  4  1:01  [en]  deleted: One two.",
    ]
    assert lines[4].startswith("earlier versions: 1 (")


def test_without_edits_the_command_for_this_film_is_shown(film, capsys):
    other = film.with_name("my film.mkv")
    other.write_text("another film")
    assert cli.main(["edits", str(other)]) == 0
    assert f"orchestrator review '{other}'" in capsys.readouterr().out


def test_edits_can_be_undone_one_by_one_or_together_and_restored(film, capsys):
    assert cli.main(["edits", str(film), "--undo", "1", "--undo", "3"]) == 0
    assert "2 edits undone; to update the subtitles: orchestrator run" in capsys.readouterr().out
    assert [len(body) for body in edits.load(file_digest(film)).tracks.values()] == [1, 1]
    assert cli.main(["edits", str(film), "--discard"]) == 0
    assert not edits.load(file_digest(film))
    assert cli.main(["edits", str(film), "--restore", "1"]) == 0
    capsys.readouterr()
    cli.main(["edits", str(film), "--json"])
    body = json.loads(capsys.readouterr().out)
    assert [one["number"] for one in body["edits"]] == [1, 2, 3, 4]


def test_unknown_numbers_and_versions_are_errors(film, capsys):
    assert cli.main(["edits", str(film), "--undo", "9"]) == 2
    assert "the film has no edit 9" in capsys.readouterr().err
    edits.file_of(file_digest(film)).write_text("{")
    assert cli.main(["edits", str(film)]) == 4
    output = capsys.readouterr()
    assert "are damaged" in output.err
    assert "orchestrator edits FILM --restore 1" in output.err
    assert "earlier versions: 1" in output.out
    assert cli.main(["edits", str(film), "--restore", "1"]) == 0
    capsys.readouterr()
    assert cli.main(["edits", str(film)]) == 0
    shown = capsys.readouterr().out
    assert "  1  SPEAKER_00 is Zoe" in shown
    assert re.search(r"versions: 3 \(\S+ \S+\), 2 \(\S+ \S+, damaged\), 1 \(", shown), shown


def test_a_damaged_file_can_be_discarded_and_is_kept(film, capsys):
    digest = file_digest(film)
    edits.file_of(digest).write_text("{")
    assert cli.main(["edits", str(film), "--discard"]) == 0
    capsys.readouterr()
    assert not edits.load(digest)
    assert "{" in [one.path.read_text() for one in edits.versions(digest)]
