"""Jobs go through the runner, which may be killed at any time."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from orchestrator.serve.dispatcher import Dispatcher, Rules
from orchestrator.serve.job import Request
from orchestrator.serve.queue import Queue
from orchestrator.serve.runner import Command

FAKE = Path(__file__).with_name("fake_runner.py")


class Service:
    def __init__(self, folder, pace="0", **rules):
        self.folder = folder
        self.jobs = Queue(folder / "queue.db")
        words = (sys.executable, str(FAKE), "{lifeline}", "{lock}", pace)
        self.events = []
        self.dispatcher = Dispatcher(
            self.jobs, Command(words=words), Rules(**{"options": {}, **rules}), folder,
            lambda job, event: self.events.append((job, event["event"])),
        )  # fmt: skip
        self.jobs.changed = lambda job: self.dispatcher.look()

    def add(self, name, **more):
        return self.jobs.add(Request(film=self.folder / name, source="api", **more))[0].id

    def until(self, *states, job=None, seconds=20):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = [self.jobs.find(job)] if job else self.jobs.jobs()
            if all(one.state in states for one in found):
                return found
            time.sleep(0.01)
        raise AssertionError([(one.name, one.state, one.kills) for one in found])

    @property
    def pid(self):
        return self.dispatcher.runner()["pid"]


@pytest.fixture
def service(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    opened = []

    def make(**settings):
        one = Service(tmp_path, **settings)
        opened.append(one)
        one.dispatcher.start()
        return one

    yield make
    for one in opened:
        one.dispatcher.stop()
        one.jobs.close()


def test_films_go_through_one_runner_and_their_outcomes_are_kept(service):
    one = service()
    names = ("fine.mkv", "worse.mkv", "broken.mkv", "refused.mkv")
    ids = {name: one.add(name) for name in names}
    one.until("done", "degraded", "failed")
    found = {name: one.jobs.find(ids[name]) for name in names}
    assert [found[name].state for name in names] == ["done", "degraded", "failed", "failed"]
    assert found["fine.mkv"].outputs[0]["name"] == "fine.en.srt"
    assert found["fine.mkv"].summary["steps"]["asr"]["facts"]["language"] == "en"
    assert found["worse.mkv"].summary["degraded"] == ["asr: no diarization"]
    assert "decoder" in found["broken.mkv"].problem["message"]
    assert found["refused.mkv"].problem["status"] == 4
    assert (ids["fine.mkv"], "film_ended") in one.events


def test_a_film_that_kills_the_runner_is_set_aside_and_the_others_are_done(service):
    one = service(pace="0.05")
    ids = {name: one.add(name) for name in ("a.mkv", "poison.mkv", "b.mkv", "c.mkv")}
    one.until("done", "set_aside")
    assert one.jobs.find(ids.pop("poison.mkv")).state == "set_aside"
    assert {one.jobs.find(job).state for job in ids.values()} == {"done"}


def test_a_runner_that_is_killed_from_outside_costs_no_job(service):
    one = service(pace="0.05")
    for number in range(6):
        one.add(f"{number}.mkv")
    for ended in (1, 2, 4):
        while one.jobs.counts()["done"] < ended or (pid := one.pid) is None:
            time.sleep(0.005)
        os.kill(pid, signal.SIGKILL)
    assert all(job.attempts <= 4 for job in one.until("done"))


def test_a_running_film_can_be_cancelled(service):
    one = service(pace="1")
    job = one.add("long.mkv")
    one.until("running")
    one.jobs.cancel(job)
    assert one.until("cancelled", seconds=5)


def test_a_service_that_ends_puts_its_film_back(service):
    one = service(pace="1")
    job = one.add("long.mkv")
    one.until("running")
    while not one.events:
        time.sleep(0.01)
    one.dispatcher.stop()
    found = one.jobs.find(job)
    assert (found.state, found.kills) == ("queued", 0)
    one.dispatcher.stop = lambda: None


def test_a_runner_that_cannot_start_blames_no_film_and_says_why(service, capsys):
    one = service(pace="cannot-start")
    job = one.add("a.mkv")
    deadline = time.monotonic() + 10
    while not one.dispatcher.trouble and time.monotonic() < deadline:
        time.sleep(0.01)
    assert "there is no such module" in one.dispatcher.trouble
    assert one.dispatcher.runner()["state"] == "broken"
    one.until("queued", job=job)
    assert one.jobs.find(job).kills == 0


def test_only_films_that_a_client_waits_for_start_while_work_is_held(service):
    held = ["somebody plays a film"]
    one = service(held=lambda: held[0])
    film, clients = one.add("a.mkv"), one.add("b.wav", urgent=True)
    one.until("done", job=clients)
    assert one.jobs.find(film).state == "queued"
    assert one.dispatcher.held == "somebody plays a film"
    held[0] = ""
    one.dispatcher.look()
    one.until("done", job=film)


def test_a_client_gets_a_place_beside_films_that_take_long(service):
    one = service(pace="0.2", at_once=1)
    film = one.add("long.mkv")
    one.until("running", job=film)
    client = one.add("b.wav", urgent=True)
    while one.jobs.find(client).state == "queued":
        time.sleep(0.01)
    assert one.jobs.find(film).state == "running"


def test_an_idle_runner_ends_and_the_next_film_starts_another(service):
    one = service(idle_s=0.1)
    one.add("a.mkv")
    one.until("done")
    first = one.pid
    deadline = time.monotonic() + 10
    while one.pid is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert one.pid is None
    one.until("done", job=one.add("b.mkv"))
    assert one.pid != first
