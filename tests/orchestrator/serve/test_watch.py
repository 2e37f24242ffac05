"""New films in watched folders are queued once, when they are whole."""

from __future__ import annotations

import os
import shutil

import pytest

from orchestrator.serve import watch
from orchestrator.serve.job import Outcome
from orchestrator.serve.queue import Queue
from orchestrator.serve.settings import Settings
from orchestrator.serve.watch import Watch


class Library:
    def __init__(self, folder):
        self.folder = folder / "films"
        self.folder.mkdir()
        self.queue = Queue(folder / "queue.db")
        self.now = 0.0
        self.watch = Watch(Settings(watch=(str(self.folder),)), self.queue, lambda: self.now, lambda _: {})

    def write(self, name, size=1000):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x1a\x45\xdf\xa3" + bytes(size))
        return path

    def look(self, after=0.0):
        self.now += after
        return self.watch.look()

    def queued(self):
        return sorted(job.film.name for job in self.queue.waiting())


@pytest.fixture
def library(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    one = Library(tmp_path)
    yield one
    one.queue.close()


def test_a_film_is_queued_when_it_has_not_grown_for_a_while(library):
    film = library.write("a.mkv")
    assert library.look() == 30.0
    film.write_bytes(bytes(5000))
    assert library.look(after=29) == 30.0
    assert library.queued() == []
    assert library.look(after=20) == 10.0
    assert library.look(after=11) is None
    assert library.queued() == ["a.mkv"]


def test_a_copy_that_has_the_old_time_from_the_start_is_waited_for_too(library):
    film = library.write("a.mkv")
    os.utime(film, (1, 1))
    library.look()
    film.write_bytes(bytes(9000))
    os.utime(film, (1, 1))
    library.look(after=31)
    assert library.queued() == []
    library.look(after=31)
    assert library.queued() == ["a.mkv"]


def test_extras_samples_and_hidden_files_are_left_out(library):
    for name in ("A film/A film.mkv", "A film/trailers/one.mkv", "A film/A film-trailer.mkv", ".hidden.mkv"):
        library.write(name)
    library.write("notes.txt")
    library.look()
    library.look(after=31)
    assert library.queued() == ["A film.mkv"]


def test_a_film_that_has_subtitles_is_left_out(library):
    library.write("a.mkv")
    (library.folder / "a.en.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nHello.\n")
    library.look()
    library.look(after=31)
    assert library.queued() == []


def test_a_film_whose_job_ended_does_not_come_back_until_its_file_changes(library):
    film = library.write("a.mkv")
    library.look()
    library.look(after=31)
    job = next(library.queue.waiting())
    library.queue.start(job.id)
    library.queue.end(job.id, Outcome(state="failed"))
    assert library.look(after=31) is None
    assert library.queued() == []
    film.write_bytes(bytes(2000))
    library.look(after=31)
    library.look(after=31)
    assert library.queued() == ["a.mkv"]


def test_a_folder_that_is_gone_for_a_while_is_no_error(library):
    library.write("a.mkv")
    away = library.folder.with_name("away")
    shutil.move(library.folder, away)
    assert library.look() is None
    shutil.move(away, library.folder)
    library.look(after=31)
    library.look(after=31)
    assert library.queued() == ["a.mkv"]


def test_drives_of_other_machines_are_looked_at_more_often(monkeypatch, tmp_path):
    import psutil

    class Mount:
        def __init__(self, mountpoint, fstype):
            self.mountpoint, self.fstype = mountpoint, fstype

    def mounted(kind):
        mounts = [Mount("/", "ext4"), Mount(str(tmp_path), kind)]
        monkeypatch.setattr(psutil, "disk_partitions", lambda **_: mounts)
        return watch.needs_looking(tmp_path)

    assert [mounted(kind) for kind in ("ext4", "cifs", "fuse.sshfs", "nfs4")] == [False, True, True, True]
