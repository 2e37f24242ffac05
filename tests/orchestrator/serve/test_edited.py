"""A subtitle file that another program changed in a watched folder becomes edits, and its film is queued."""

from __future__ import annotations

import contextlib

import pytest

from ipc.digests import file_digest
from orchestrator.errors import FatalError
from orchestrator.outputs.ledger import Ledger
from orchestrator.serve import edited
from orchestrator.serve.edited import EditedFiles
from orchestrator.serve.queue import Queue


class Taken:
    """What a file changes: one cue, or nothing."""

    def __init__(self, changes):
        self.names, self.unkept = {}, {}
        self.changes = changes
        self.onto = self
        self.made = ["a change"] * changes


class Desk:
    """A film whose last run has all edits."""

    stale = False

    def __init__(self, film):
        self.film = film

    def in_use(self):
        return contextlib.nullcontext()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A film, two files of a run beside it, and what was imported."""
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    film = tmp_path / "movie.mkv"
    film.write_bytes(b"film")
    for name in ("movie.en.srt", "movie.en.ass"):
        (tmp_path / name).write_text("ours")
        Ledger().remember(tmp_path / name, file_digest(tmp_path / name), film)
    (tmp_path / "movie.de.srt").write_text("of another program")
    imported = []
    monkeypatch.setattr(edited, "Desk", Desk)
    monkeypatch.setattr(edited.taking, "compared", lambda desk, file: Taken(file.read_text() != "ours\n"))
    monkeypatch.setattr(edited.taking, "take", lambda desk, taken: imported.append(desk.film.name))
    queue = Queue(tmp_path / "queue.db")
    yield film, EditedFiles(queue, 30.0), queue, imported
    queue.close()


def test_a_changed_file_is_taken_back_once_when_it_has_settled(folder):
    film, files, queue, imported = folder
    assert files.look([film], (), 0.0) == 30.0
    assert files.look([film], (), 31.0) is None
    assert not imported  # nothing was changed
    film.with_name("movie.en.srt").write_text("mended")
    assert files.look([film], (), 40.0) == 30.0
    film.with_name("movie.en.srt").write_text("mended again")
    assert files.look([film], (), 60.0) == 30.0
    assert files.look([film], [film], 91.0) is None  # its run may write now
    assert files.look([film], (), 92.0) is None
    assert imported == ["movie.mkv"]
    assert [job.film for job in queue.waiting()] == [film]
    files.look([film], (), 200.0)
    assert imported == ["movie.mkv"]


def test_what_another_program_wrote_or_only_saved_anew_is_left_alone(folder):
    film, files, queue, imported = folder
    film.with_name("movie.de.srt").write_text("changed by that program")
    film.with_name("movie.en.srt").write_text("ours\n")
    files.look([film], (), 0.0)
    files.look([film], (), 31.0)
    assert not imported
    assert not list(queue.waiting())


def test_a_file_that_cannot_be_taken_back_is_said_once_and_queues_nothing(folder, monkeypatch, capsys):
    film, files, queue, _ = folder

    def refuse(desk, file):
        raise FatalError("it seems to belong to another film")

    monkeypatch.setattr(edited.taking, "compared", refuse)
    film.with_name("movie.en.srt").write_text("of another film")
    for now in (0.0, 31.0, 62.0):
        files.look([film], (), now)
    assert capsys.readouterr().err.count("it seems to belong to another film") == 1
    assert not list(queue.waiting())
