"""The queue: jobs in SQLite, each of which ends exactly once."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from orchestrator.serve.job import Outcome, Request
from orchestrator.serve.queue import Queue

DONE = Outcome(state="done", outputs=({"name": "a.srt", "path": "/films/a.srt", "size": 3},))


def asked(name="a.mkv", **more):
    return Request(film=Path("/films") / name, source="api", **more)


@pytest.fixture
def jobs(tmp_path):
    found = Queue(tmp_path / "serve" / "queue.db")
    yield found
    found.close()


def test_a_job_ends_once_whatever_is_reported_afterwards(jobs):
    job, _ = jobs.add(asked())
    assert jobs.start(job.id).attempts == 1
    assert jobs.start(job.id) is None
    assert jobs.end(job.id, DONE).state == "done"
    assert jobs.end(job.id, Outcome(state="failed")) is None
    assert jobs.give_back(job.id, kills=3) is None
    assert jobs.cancel(job.id) is None
    assert jobs.find(job.id).state == "done"
    assert len(jobs.untold(2e9)) == 1


def test_a_film_that_waits_is_not_queued_twice_unless_other_options_are_asked_for(jobs):
    first, new = jobs.add(asked())
    assert new
    assert jobs.add(asked()) == (first, False)
    assert jobs.add(asked(options={"language": "hi"}))[1]
    jobs.start(first.id)
    jobs.end(first.id, DONE)
    assert jobs.add(asked())[1]


def test_jobs_that_ran_when_the_service_ended_are_queued_again_in_their_place(tmp_path):
    path = tmp_path / "serve" / "queue.db"
    jobs = Queue(path)
    first, second = (jobs.add(asked(f"{name}.mkv"))[0] for name in "ab")
    jobs.start(first.id)
    jobs.close()
    jobs = Queue(path)
    assert [job.id for job in jobs.recover()] == [first.id]
    assert [job.id for job in jobs.waiting()] == [first.id, second.id]
    assert jobs.find(first.id).kills == 0
    jobs.close()


def test_a_job_that_ended_the_runner_three_times_is_set_aside_with_the_reason(jobs):
    job, _ = jobs.add(asked())
    for kills in (1, 2, 3):
        jobs.start(job.id)
        jobs.give_back(job.id, kills=kills)
    ended = jobs.find(job.id)
    assert (ended.state, ended.attempts) == ("set_aside", 3)
    assert "3 times" in ended.problem["message"]
    assert jobs.retry(job.id).kills == 0


def test_a_running_job_that_was_cancelled_does_not_come_back_when_its_runner_is_killed(jobs):
    job, _ = jobs.add(asked())
    jobs.start(job.id)
    assert jobs.cancel(job.id).cancelling
    jobs.give_back(job.id, kills=1)
    assert jobs.find(job.id).state == "cancelled"


def test_urgent_jobs_come_first_and_others_can_be_moved(jobs):
    a, b, c = (jobs.add(asked(f"{name}.mkv"))[0].id for name in "abc")
    jobs.move(c, a)
    jobs.move(a, None)
    urgent = jobs.add(asked("d.wav", urgent=True))[0].id
    assert [job.id for job in jobs.waiting()] == [urgent, c, b, a]
    assert jobs.move(a, "nobody") is None


def test_a_change_is_reported_after_it_is_on_the_disk(tmp_path):
    path, reported = tmp_path / "serve" / "queue.db", []

    def look(job):
        with sqlite3.connect(path) as other:
            reported.append((job.state, other.execute("SELECT state FROM job").fetchone()[0]))

    jobs = Queue(path, look)
    job, _ = jobs.add(asked())
    jobs.start(job.id)
    for _ in range(3):
        jobs.give_back(job.id, kills=3)
    assert reported == [("queued", "queued"), ("running", "running"), ("set_aside", "set_aside")]
    jobs.close()


def test_a_queue_of_an_earlier_version_is_taken_over(tmp_path):
    path = tmp_path / "serve" / "queue.db"
    jobs = Queue(path)
    for name, status in (("a.mkv", 1), ("b.mkv", 2)):
        job, _ = jobs.add(asked(name, fingerprint="1"))
        jobs.start(job.id)
        jobs.end(job.id, Outcome(state="failed", problem={"status": status}))
    jobs.close()
    with sqlite3.connect(path) as old:
        old.executescript("DROP TABLE seen; DROP TABLE state; PRAGMA user_version=1")
    jobs = Queue(path)
    assert [jobs.seen(Path("/films") / name, "1", "any") for name in ("a.mkv", "b.mkv")] == [True, False]
    assert len(jobs.jobs(["failed"])) == 2
    jobs.close()


def test_a_client_that_has_what_it_asked_for_leaves_a_job_that_is_done(jobs):
    job, _ = jobs.add(asked(urgent=True))
    jobs.start(job.id)
    assert jobs.suffice(job.id).enough
    assert jobs.give_back(job.id, kills=0).state == "done"


def test_a_damaged_database_is_kept_aside_and_the_queue_starts_empty(tmp_path, capsys):
    path = tmp_path / "serve" / "queue.db"
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 1000)
    jobs = Queue(path)
    jobs.add(asked())
    assert "damaged" in capsys.readouterr().err
    assert len(list(path.parent.glob("queue.damaged-*.db"))) == 1
    jobs.close()


def test_the_database_is_private(tmp_path):
    path = tmp_path / "serve" / "queue.db"
    Queue(path).close()
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_names_that_are_not_utf_8_survive(jobs):
    film = Path("/films/\udcff.mkv")
    job, _ = jobs.add(Request(film=film, source="api"))
    assert jobs.find(job.id).film == film
    assert jobs.add(Request(film=film, source="watch")) == (jobs.find(job.id), False)
