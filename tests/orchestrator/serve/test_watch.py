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
        self.start()

    def start(self, **options):
        """Start the service, again perhaps and with other options."""
        settings = Settings(watch=(str(self.folder),), options=options)
        self.watch = Watch(settings, self.queue, lambda: self.now, lambda _: {})

    def write(self, name, size=1000):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x1a\x45\xdf\xa3" + bytes(size))
        return path

    def look(self, after=0.0):
        self.now += after
        return self.watch.look()

    def end(self, state="done", **problem):
        """Let the film that waits end."""
        job = next(self.queue.waiting())
        self.queue.start(job.id)
        self.queue.end(job.id, Outcome(state=state, problem=problem))
        return job.id

    def looks(self):
        """What two looks queue, between which a new film stands still."""
        self.look()
        self.look(after=31)
        return self.queued()

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
    library.looks()
    library.end("failed", status=1)
    assert library.look(after=31) is None
    assert library.queued() == []
    film.write_bytes(bytes(2000))
    assert library.looks() == ["a.mkv"]


@pytest.mark.parametrize("how", ["removed", "forgotten"])
def test_a_film_whose_job_is_off_the_list_stays_away(library, how):
    film = library.write("a.mkv")
    library.looks()
    job = library.end("failed", status=1)
    assert library.queue.remove(job) if how == "removed" else library.queue.forget(kept=0)
    library.start()
    assert library.looks() == []
    film.write_bytes(bytes(2000))
    assert library.looks() == ["a.mkv"]


def test_other_options_bring_films_back_that_lack_what_they_ask_for(library):
    library.write("a.mkv")
    library.looks()
    library.end()
    (library.folder / "a.cs.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nAhoj.\n")
    library.start(threads=2)
    assert library.looks() == []
    library.start(target_language="en")
    assert library.looks() == ["a.mkv"]
    library.end()
    library.start(target_language="en")
    assert library.looks() == []


def test_a_job_file_that_changes_brings_its_film_back(library):
    library.write("a.mkv")
    library.looks()
    library.end("failed", status=1)
    (library.folder / "a.mkv.orchestrator.toml").write_text('language = "cs"\n')
    assert library.looks() == ["a.mkv"]


def test_a_film_that_failed_by_options_comes_back_after_a_restart_and_one_that_was_cancelled_does_not(
    library,
):
    library.write("a.mkv")
    library.looks()
    library.end("failed", status=2)
    assert library.looks() == []
    library.start()
    assert library.looks() == ["a.mkv"]
    library.queue.cancel(next(library.queue.waiting()).id)
    library.start(target_language="en")
    assert library.looks() == []


def test_a_look_says_what_it_found_and_why_it_leaves_films_out(library):
    for size, name in enumerate(("a.mkv", "b.mkv", "c.mkv", "trailers/one.mkv"), 1000):
        library.write(name, size)
    (library.folder / "b.en.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nHello.\n")
    library.look()
    assert library.watch.looked.growing == 3
    library.look(after=31)
    library.end("failed", status=1)
    library.look(after=31)
    words = library.watch.looked.words()
    assert words == "1 film to do, 3 left out (1 subtitled already, 1 dealt with before, 1 trailer)"
    assert {one.path.name for one in library.watch.looked.left_out} == {"a.mkv", "b.mkv", "one.mkv"}


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
