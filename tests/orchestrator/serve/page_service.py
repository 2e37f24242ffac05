"""A service with films in every state, with names that a page has to survive, for the tests of its page."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from orchestrator.report import data
from orchestrator.run_state import film_records
from orchestrator.run_state.run_folders import Run
from orchestrator.serve.job import Outcome, Request
from orchestrator.serve.queue import Queue
from orchestrator.storage import file_digests
from orchestrator.storage.store import Store
from tests import browser
from tests.orchestrator.report.films import content as run_content
from tests.orchestrator.report.films import kept
from tests.orchestrator.serve.served import ROOT, Served

MARKUP = "<img src=x onerror=alert(1)><b>bold</b>"
HEBREW = "שלום עולם (2021)"
LONG = "A.Film.With.A.Very.Long.Name.That.Never.Ends.2024.2160p.BluRay.x265.10bit.DTS-HD.MA.TrueHD.7.1-GROUP"
PROBLEM = {
    "message": f"asr: the model gave no text for {MARKUP}",
    "hint": "try another model, or send the log of its run",
}


def films_in(folder):
    """The folder with films, which are empty but for their names."""
    (folder / "Series" / "Season 1").mkdir(parents=True)
    names = ["Amélie.mkv", f"{MARKUP.replace('/', '')}.mkv", f"{HEBREW}.mkv", f"{LONG}.mkv"]
    names += [f"Series/Season 1/Episode {k}.mkv" for k in (1, 2, 10)]
    names += [f"Queue {k}.mkv" for k in range(1, 5)]
    for name in names:
        (folder / name).write_text("film")
    return folder


def summary(**more):
    return {"title": "", "seconds": 5400.0, "language": "en", "steps": {}, **more}


def prepare(home, folder, ended=0):
    """Fill the queue of a service that is not started yet; `ended` adds that many more films."""
    queue = Queue(home / "serve" / "queue.db")

    def end(name, state, **outcome):
        job, _ = queue.add(Request(film=folder / name, source="api", fingerprint=f"{name} {state}"))
        queue.start(job.id)
        queue.end(job.id, Outcome(state=state, **{"summary": summary(), **outcome}))
        return job.id

    report = folder / "Amélie.report.html"
    report.write_text("<!doctype html><title>report</title>A report")
    outputs = [
        {"name": "srt", "path": str(folder / "Amélie.en.srt"), "size": 41_000, "note": ""},
        {"name": "report", "path": str(report), "size": report.stat().st_size, "note": ""},
    ]
    (folder / "Amélie.en.srt").write_text("1\n")
    for k in range(ended):
        end(f"Old {k}.mkv", "done")
    made = {"Amélie.mkv": end("Amélie.mkv", "done", outputs=tuple(outputs))}
    end(f"{HEBREW}.mkv", "degraded", summary=summary(degraded=[f"diarization: one speaker assumed {MARKUP}"]))
    end(f"{MARKUP.replace('/', '')}.mkv", "failed", problem=PROBLEM)
    killed = {"message": "it ended the program that runs films 3 times", "hint": "see its log; then retry it"}
    end("Poison.mkv", "set_aside", problem=killed)
    end("Dropped.mkv", "cancelled")
    queue.close()
    return made


CUES = ("index", "start", "end", "text", "speakers", "segments", "flags")
ROWS = [
    (1, 1.0, 2.5, "One.", ["SPEAKER_00"], [0], []),
    (2, 3.0, 4.5, f"Two {MARKUP}.", [MARKUP], [0], ["overlap", "too_fast"]),
    (3, 6.0, 7.5, "שלוש.", ["SPEAKER_01"], [0], ["too_fast"]),
]


def process(home, film):
    """Give a film the results of a standing run that still goes: a record of the film, and no `run.json`."""
    with mock.patch.dict(os.environ, {"ORCHESTRATOR_HOME": str(home)}):
        store = Store(home / "store")
        table = ("cues", {name: [row[k] for row in ROWS] for k, name in enumerate(CUES)}, {"language": "en"})
        stages = [kept(store, "subtitles", {"cues": table, "base_cues": table})]
        content = {**run_content(film, stages, seconds=10.0), "options": {"language": "en"}, "schema": 1}
        one = content["films"][0]
        one["digest"] = file_digests.file_digest(film)
        one["review"] = data.to_review(one, store)
        run = Run(home / "runs" / "20260102-030405-films")
        run.path.mkdir(parents=True)
        (run.path / "lock").touch()
        film_records.keep(run, one["digest"], content)


@contextmanager
def service(folder, *, ended=0, python=sys.executable, **settings):
    """A started service over films in `folder`; its films stay at a stage. `Amélie.mkv` can be edited."""
    home = folder / "home"
    (home / "serve").mkdir(parents=True, mode=0o700)
    films = films_in(folder / "Films")
    jobs = prepare(home, films, ended)
    process(home, films / "Amélie.mkv")
    one = Served(home, folders=(str(films),), environ={"PYTHONPATH": str(ROOT)}, **settings)
    words = (str(python), str(Path(__file__).with_name("staged_runner.py")), "{lifeline}", "{lock}")
    one.settings = type(one.settings)(**{**vars(one.settings), "runner": words})
    one.films, one.jobs = films, jobs
    try:
        yield one.start()
    finally:
        one.stop()


def queue_up(service, *names, **options):
    for name in names:
        body = {"path": str(service.films / name), "options": options}
        assert service.json("POST", "/api/jobs", body)[0] == 201, name


@contextmanager
def opened(service, view="", *, width=1440, height=900, scheme="light", wait=True):
    """The page; an error in its console fails the test, and so does a request to elsewhere."""
    address = f"http://127.0.0.1:{service.port}"
    with browser.page(width, height, dark=scheme == "dark") as page:
        wrong, asked = [], []
        page.wrong, page.asked = wrong, asked
        page.on("console", lambda message: message.type == "error" and wrong.append(message.text))
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: (wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.goto(f"{address}/{view}")
        if wait:
            page.wait_for_selector("html[data-ready]", state="attached")
        yield page
        assert all(url.startswith((address, "data:", "blob:")) for url in asked), asked
    assert wrong == []
