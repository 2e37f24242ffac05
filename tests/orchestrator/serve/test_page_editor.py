"""Review in the service: the worst cues of the finished films, and the editor in place."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from unittest import mock

import pytest

from orchestrator.library import edits
from orchestrator.storage import file_digests
from tests.browser import until
from tests.orchestrator.serve import page_service
from tests.orchestrator.serve.page_service import MARKUP, opened

pytestmark = pytest.mark.env("serve")
PYTHON = """#!/bin/sh
# The Python of a service: `orchestrator run` writes down its words and succeeds, anything else is real.
case "$3" in
orchestrator) echo "$@" >> "$0.said"; echo '{"event": "step_done", "step": "subtitles", "cached": false}';;
*) exec PLACE "$@";;
esac
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("editor")
    python = folder / "python"
    python.write_text(PYTHON.replace("PLACE", sys.executable))
    python.chmod(0o755)
    with page_service.service(folder, python=python) as one:
        one.said = Path(f"{python}.said")
        yield one


def job(service, name):
    jobs = service.json("GET", "/api/jobs")[1]["jobs"]
    return next(one["id"] for one in jobs if one["name"] == name)


def test_the_worst_cue_is_first_and_opens_in_the_editor_which_saves_and_leads_back(service):
    with opened(service, "#review", width=768) as page:
        rows = page.locator("#review-list .cue")
        until(page, "document.querySelectorAll('#review-list .cue').length === 2")
        assert "2 cues of 3 to review" in page.locator("#review-list").inner_text()
        assert f"Two {MARKUP}." in rows.first.inner_text()
        assert "0:03" in rows.first.inner_text()
        assert page.locator("nav a[href='#review'] b").inner_text() == "2"
        rows.first.click()
        page.wait_for_selector("html[data-ready]", state="attached")
        assert page.evaluate("page.selected.id") == 2
        assert page.locator("img").count() == 0
        page.click("#list .cue >> nth=0")
        page.fill("#cue-text", "One, corrected.")
        page.click("#save")
        page.get_by_text("Saved.").wait_for()
        page.click("#again")
        page.get_by_text("Updated:").wait_for()  # after the page loaded itself again
        page.click("#end")
        page.wait_for_url("**/#review")
        page.wrong.clear()  # the browser logs that it cannot play the film
    with mock.patch.dict(os.environ, {"ORCHESTRATOR_HOME": str(service.home)}):
        saved = edits.load(file_digests.file_digest(service.films / "Amélie.mkv"))
    assert [cue.text for edit in saved.tracks[""] for cue in edit.after] == ["One, corrected."]
    words = service.said.read_text()
    assert "-P -m orchestrator run --language=en --json --" in words
    assert "Amélie.mkv" in words


def test_the_film_is_sent_in_parts(service):
    address = f"/edit/{job(service, 'Amélie.mkv')}/film"
    status, headers, content = service.ask("GET", address, headers={"Range": "bytes=1-2"})
    assert (status, headers["Content-Range"], content) == (206, "bytes 1-2/4", b"il")
    assert service.ask("GET", address.replace("film", "sound"))[0] == 404


def test_what_cannot_be_edited_is_refused_with_a_sentence(service):
    for name, words in (("Poison.mkv", "the job is set_aside"), ("Dropped.mkv", "the job is cancelled")):
        status, headers, content = service.ask("GET", f"/edit/{job(service, name)}/")
        assert (status, headers["Content-Type"]) == (409, "text/html; charset=utf-8")
        assert words.encode() in content
        assert b"<script" not in content
    assert service.ask("GET", "/edit/nothing/")[0] == 404
    address = f"/edit/{job(service, 'Amélie.mkv')}"
    assert service.ask("GET", address)[0] == 308
    assert service.json("POST", f"{address}/save", {"tracks": 1, "run": "x"})[0] == 409
    assert service.ask("POST", f"{address}/save", b"{}", {"Content-Type": "text/plain"})[0] == 415
    assert service.ask("POST", f"{address}/save", b"[", {"Content-Type": "application/json"})[0] == 400
    other = {"Origin": "http://evil.example", "Content-Type": "application/json"}
    assert service.ask("POST", f"{address}/save", json.dumps({}), other)[0] == 403


def test_a_film_that_left_the_folders_is_not_opened(service):
    name, outside = "Queue 1.mkv", service.films.parent / "outside.mkv"
    outside.write_text("film")
    page_service.queue_up(service, name)
    (service.films / f"{name}.go").touch()
    until_done = service.until("done", "degraded", "failed", "set_aside", "cancelled")
    assert until_done
    (service.films / name).unlink()
    (service.films / name).symlink_to(outside)
    assert service.ask("GET", f"/edit/{job(service, name)}/")[0] == 403
    assert service.ask("GET", f"/edit/{job(service, name)}/film")[0] == 403
