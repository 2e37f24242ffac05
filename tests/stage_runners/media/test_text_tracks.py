"""The text of a film's subtitle tracks is read on the film's clock; commentary and pictures are left out."""

from __future__ import annotations

import pytest

from ipc.artifacts import read
from tests.stage_runners import films
from tests.stage_runners.spec import run_stage

pytestmark = pytest.mark.env("media")
FRENCH = "1\n00:00:01,000 --> 00:00:02,500\n<i>Bonjour</i>\n\n2\n00:00:07,200 --> 00:00:09,000\nAu revoir\n"
REMARKS = "1\n00:00:01,000 --> 00:00:02,500\nThis was shot in winter\n"


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A film, half a second late on its clock, with two text tracks; the second is a commentary."""
    folder = tmp_path_factory.mktemp("texts")
    for name, text in (("fr", FRENCH), ("remarks", REMARKS)):
        (folder / f"{name}.srt").write_text(text, encoding="utf-8")
    made = films.film(folder, "plain.mkv")
    return films.make(
        "-i", made, "-i", folder / "fr.srt", "-i", folder / "remarks.srt",
        "-map", "0", "-map", "1", "-map", "2", "-c", "copy", "-c:s", "ass",
        "-metadata:s:s:0", "language=fre", "-metadata:s:s:1", "title=Director's commentary",
        "-output_ts_offset", "0.5", folder / "film.mkv",
    )  # fmt: skip


def texts(film, folder, **params):
    done, out = run_stage("text_tracks", {"film": film}, folder, params, "media")
    assert done.returncode == 0, done.stdout + done.stderr
    return read(out / "texts.parquet", "film_texts").rows()


def test_a_text_track_is_read_with_its_language_and_its_times(film, tmp_path):
    (row,) = texts(film, tmp_path)
    assert row["track"].startswith("subtitle track 0")
    assert row["language"] == "fre"
    assert "00:00:01,000 --> 00:00:02,500" in row["text"]
    assert "Bonjour" in row["text"]
    assert "Au revoir" in row["text"]


def test_of_a_clip_only_its_part_is_read_from_its_start(film, tmp_path):
    (row,) = texts(film, tmp_path, clip="6-10")
    assert "Bonjour" not in row["text"]
    assert "00:00:01,200 --> 00:00:03,000" in row["text"]


def test_a_film_without_text_tracks_has_no_texts(tmp_path):
    assert texts(films.film(tmp_path, "plain.mkv"), tmp_path) == []
