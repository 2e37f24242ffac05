"""What a line of `--films-from` asks for."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from orchestrator.errors import FatalError
from orchestrator.runs import wanted
from orchestrator.runs.wanted import Unreadable, Unwanted, WantedFilm


def parsed(**table):
    return wanted.parsed(json.dumps(table), "list, line 1")


def test_a_line_is_a_path_or_a_table():
    assert wanted.parsed("/films/a b.mkv\r\n", "x") == WantedFilm(film=Path("/films/a b.mkv"))
    assert wanted.parsed(" \n", "x") is None
    one = parsed(film="a.mkv", id="7", options={"language": "de", "device": {"asr": "cpu"}})
    assert (one.film, one.id) == (Path("a.mkv"), "7")
    assert one.options.values["language"].value == "de"
    assert one.options.devices["asr"].devices == ("cpu",)
    assert parsed(cancel="7") == Unwanted("7")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{"film": "a', "neither a path nor a JSON object"),
        ('{"id": "7"}', "no film"),
        ('{"film": 3}', "film is no text"),
        ('{"film": "a", "options": []}', "options is no object"),
        ('{"film": "a", "written": "b"}', "written is no list"),
        ('{"film": "a", "written": [{"path": 3}]}', "path is no text"),
        ('{"film": "a", "language": "de"}', "unknown key 'language'"),
        ('{"film": "a", "id": "7", "options": {"languag": "de"}}', "did you mean language"),
        ('{"film": "a", "options": {"beam_size": "many"}}', "beam_size"),
    ],
)
def test_a_wrong_line_gets_a_sentence_that_names_it(line, why):
    one = wanted.parsed(line, "list, line 3")
    assert isinstance(one, Unreadable)
    assert why in f"{one.error.message}; {one.error.hint}"
    assert "list, line 3" in one.error.message
    assert one.id == ("7" if '"7"' in line else "")


def test_films_come_as_their_lines_do_and_cancels_go_ahead_of_them(tmp_path):
    listed = tmp_path / "films"
    listed.write_bytes(b'a.mkv\n\n{"cancel": "7"}\n' + os.fsencode("b\udcff.mkv"))
    cancelled = []
    found = list(wanted.asked(str(listed), cancelled.append))
    assert [one.film for one in found] == [Path("a.mkv"), Path("b\udcff.mkv")]
    assert cancelled == ["7"]


def test_a_list_that_is_not_there_is_an_error_at_once(tmp_path):
    with pytest.raises(FatalError, match="cannot be read"):
        wanted.asked(str(tmp_path / "none"), print)
