"""The report and the review open the last run that succeeded, and say so if a newer one did not."""

from __future__ import annotations

import json

import pytest

from orchestrator.errors import FatalError
from orchestrator.report import last, writing
from orchestrator.storage import file_digests
from tests.orchestrator.report import films


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """A film, and a function that records a run of it with these statuses of stages."""
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    film = tmp_path / "talk.mkv"
    film.write_bytes(b"a film")

    def record(number, **status):
        content = films.content(film, [films.row(stage, how) for stage, how in status.items()])
        content["id"] = f"2026010{number}-000000-talk"
        content["films"][0]["digest"] = file_digests.file_digest(film)
        folder = tmp_path / "home" / "runs" / content["id"]
        folder.mkdir(parents=True)
        (folder / "lock").touch()
        (folder / "run.json").write_text(json.dumps(content))

    return film, record


def test_a_run_that_failed_does_not_hide_the_one_before_it_whose_files_were_kept(runs):
    film, record = runs
    record(1, demux="done", subtitles="done", mux="done")
    record(2, demux="cached", subtitles="done", mux="failed")
    (content, _), said = last.run_of(film, writing.worth)
    assert content["id"].startswith("20260101")
    assert said == (
        "talk.mkv: the last run (20260102-000000-talk) did not succeed; this is run 20260101-000000-talk"
    )


def test_a_run_without_subtitles_does_not_hide_one_with_them(runs):
    film, record = runs
    record(1, demux="done", subtitles="done")
    record(2, demux="cached")
    (content, _), said = last.run_of(film, writing.worth)
    assert content["id"].startswith("20260101")
    assert "has no such results" in said


def test_the_last_run_is_taken_without_a_word_if_it_succeeded_or_if_none_did(runs):
    film, record = runs
    record(1, demux="done", subtitles="failed")
    (content, _), said = last.run_of(film, writing.worth)
    assert (content["id"][:8], said) == ("20260101", "")
    record(2, demux="done", subtitles="done")
    (content, _), said = last.run_of(film, writing.worth)
    assert (content["id"][:8], said) == ("20260102", "")


def test_a_film_whose_runs_made_nothing_is_refused(runs):
    film, record = runs
    record(1, demux="failed")
    with pytest.raises(FatalError, match="no run has results to report"):
        last.run_of(film, writing.worth, "no run has results to report")
