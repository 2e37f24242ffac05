"""The report beside the film: by the rule of every output, and left as it is where nothing was made anew."""

from __future__ import annotations

import pytest

from orchestrator.outputs.ledger import Ledger
from orchestrator.report import writing
from orchestrator.storage.store import Store
from tests.orchestrator.report.films import content, kept, long_film, row


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


class Place:
    def __init__(self, folder):
        self.folder = folder / "films"
        self.folder.mkdir()
        self.film = self.folder / "movie.mkv"
        self.film.write_bytes(b"a film")
        self.store, self.ledger = Store(folder / "store"), Ledger(folder / "written")
        self.said = long_film(self.store, self.film, hours=0.02, cues=12)

    @property
    def report(self):
        return self.folder / "movie.report.html"

    def stages(self, **status):
        for stage in self.said["films"][0]["stages"]:
            if stage["status"] != "off":
                stage["status"] = status.get("every", status.get(stage["stage"], stage["status"]))

    def write(self, **more):
        film = self.said["films"][0]
        return writing.write(self.said, film, self.store, self.film, self.folder, self.ledger, **more)


def test_the_report_is_written_beside_the_film(place):
    done = place.write()
    assert done.path == place.report
    assert "<title>movie.mkv: report</title>" in place.report.read_text()


def test_a_fully_cached_run_leaves_the_report_unchanged(place):
    place.write()
    before = place.report.stat().st_mtime_ns
    place.stages(every="cached")
    place.said["id"] = "another-run"
    done = place.write()
    assert not done.changed
    assert place.report.stat().st_mtime_ns == before
    assert "another-run" not in place.report.read_text()


def test_a_run_with_a_new_result_rewrites_the_report(place):
    place.write()
    place.stages(every="cached")
    place.stages(subtitles="done")
    place.said["id"] = "another-run"
    assert place.write().changed
    assert "another-run" in place.report.read_text()


def test_another_cached_result_rewrites_the_report(place):
    place.write()
    place.stages(every="cached")
    place.said["films"][0]["stages"][0]["key"] = "another"
    place.said["id"] = "another-run"
    place.write()
    assert "another-run" in place.report.read_text()


def test_the_report_is_rewritten_on_request(place):
    place.write()
    place.stages(every="cached")
    place.said["id"] = "another-run"
    place.write(again=True)
    assert "another-run" in place.report.read_text()


def test_a_foreign_file_is_kept(place):
    place.report.write_text("mine")
    done = place.write()
    assert place.report.read_text() == "mine"
    assert done.path == place.folder / "movie.report.1.html"
    assert "was not written by this tool and is kept" in done.note
    place.stages(every="cached")
    again = place.write()
    assert (again.path, again.changed) == (done.path, False)


def test_an_edited_report_is_kept_by_a_fully_cached_run(place):
    place.write()
    place.report.write_text(place.report.read_text().replace("movie.mkv: report", "mine"))
    place.stages(every="cached")
    assert place.write().path.name == "movie.report.1.html"
    assert "<title>mine</title>" in place.report.read_text()


def test_an_invalid_film_has_no_report(tmp_path):
    said = content(tmp_path / "a.mkv", [row("demux", "failed"), row("subtitles", "skipped")])
    assert not writing.worth(said["films"][0])


def test_a_run_that_makes_no_cues_writes_no_report(tmp_path):
    said = content(tmp_path / "a.mkv", [kept(Store(tmp_path / "store"), "demux", {})])
    assert not writing.worth(said["films"][0])


def test_a_run_that_failed_after_demux_gets_a_report(tmp_path):
    stages = [kept(Store(tmp_path / "store"), "demux", {}), row("asr", "failed"), row("subtitles", "skipped")]
    assert writing.worth(content(tmp_path / "a.mkv", stages)["films"][0])
