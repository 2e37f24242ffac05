"""Files beside a film have the names that players read."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.outputs.names import name_of

FILM = Path("movie.mkv")


@pytest.mark.parametrize(
    ("output", "language", "shown", "name"),
    [
        ("srt", "en", {}, "movie.en.srt"),
        ("srt", "en", {"sdh": True}, "movie.en.sdh.srt"),
        ("ass", "de", {"sdh": True, "translated": True}, "movie.de.sdh.ass"),
        ("json", "en", {"sdh": True}, "movie.json"),
        ("txt", "en", {"sdh": True}, "movie.en.txt"),
        ("srt", "jw", {}, "movie.jv.srt"),
        ("json", "en", {"translated": True}, "movie.en.json"),
        ("rttm", "en", {}, "movie.rttm"),
        ("srt", "", {"sdh": True}, "movie.srt"),
        ("report", "en", {"sdh": True}, "movie.report.html"),
        ("srt", "jw.translated", {"translated": True}, "movie.jv.translated.srt"),
        ("srt", "en.translated", {"translated": True}, "movie.en.translated.srt"),
    ],
)
def test_files_get_the_names_that_players_recognise(output, language, shown, name):
    assert name_of(FILM, output, language, **shown) == name
