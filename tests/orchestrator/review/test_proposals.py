"""Proposed changes in the page: none is made unasked, and one that is applied is an edit like any other."""

from __future__ import annotations

import json

import pytest

from orchestrator.library import edits
from orchestrator.report import data, writing
from orchestrator.storage.store import Store
from tests import browser
from tests.orchestrator.report import films
from tests.orchestrator.review.conftest import ROWS

FOUND = (
    (1.0, 1.4, "One.", "Won.", "misheard", "it sounds alike", "One. Two."),
    (3.0, 3.4, "Two.", "Two?", "punctuation", "a question", "One. Two."),
    (3.0, 3.4, "never shown", "x", "misheard", "", "One. Two."),
)
NAMES = ("start", "end", "before", "after", "kind", "reason", "line")


@pytest.fixture
def film(film):
    """The film, with three proposals for its transcript."""
    home = film.parent / "home"
    table = {name: [row[k] for row in FOUND] for k, name in enumerate(NAMES)}
    stage = films.kept(Store(home / "store"), "proofreading", {"proposals": ("proposals", table, None)})
    file = next((home / "runs").glob("*/run.json"))
    content = json.loads(file.read_text())
    content["films"][0]["stages"].append(stage)
    file.write_text(json.dumps(content))
    return film


def content(film):
    (file,) = (film.parent / "home" / "runs").glob("*/run.json")
    return json.loads(file.read_text())


def test_the_report_lists_proposals_and_flags_their_cues_and_changes_nothing(film):
    run = content(film)
    shown = data.of_film(run, run["films"][0], Store(film.parent / "home" / "store"), film.parent)
    assert [one["after"] for one in shown["proposals"]] == ["Won.", "Two?", "x"]
    cues = shown["tracks"][0]["cues"]
    assert [cue["text"] for cue in cues] == [row[3] for row in ROWS]
    assert [cue["flags"] for cue in cues] == [["proposed"], ["proposed"]]
    assert cues[0]["why"] == ["proposed (misheard): it sounds alike"]
    counted = data.to_review(run["films"][0], Store(film.parent / "home" / "store"))
    assert counted["to_review"] == 2
    assert counted["flags"]["proposed"] == 2
    assert writing.worth(run["films"][0])


@pytest.fixture
def page(server):
    with browser.page() as page:
        page.goto(server.guard.address)
        page.wait_for_selector("html[data-ready]", state="attached")
        yield page


def texts(page):
    return page.evaluate("page.cues.map(cue => cue.text)")


def rows(page):
    section = page.get_by_role("table", name="Proposed changes")
    return [row.inner_text() for row in section.get_by_role("row").all()[1:]]


def test_a_proposal_is_applied_by_a_click_undone_and_saved_as_an_edit(server, page):
    assert texts(page) == ["One.", "Two."]
    assert page.is_disabled("#save")
    assert "the text has changed" in rows(page)[2]
    page.get_by_role("button", name="Apply", exact=True).first.click()
    assert texts(page) == ["Won.", "Two."]
    browser.until(page, "document.getElementById('apply-all') === null")
    assert rows(page)[0].endswith("applied")
    page.keyboard.press("Control+z")
    assert texts(page) == ["One.", "Two."]
    browser.until(page, "document.getElementById('apply-all') !== null")
    page.click("#apply-all")
    assert texts(page) == ["Won.", "Two?"]
    page.click("#save")
    page.wait_for_selector("#keep .note:has-text('Saved')")
    overlay = edits.load(server.desk.digest)
    assert [[cue.text for cue in edit.after] for edit in overlay.tracks[""]] == [["Won."], ["Two?"]]


def test_unless_it_is_applied_nothing_is_saved(server, page):
    assert not edits.file_of(server.desk.digest).exists()
    assert not edits.load(server.desk.digest)
