"""What goes wrong between the stage tmdb and TMDB, and with the files that it reads."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests import fake_tmdb
from tests.stage_runners.spec import ROOT, python_of
from tests.stage_runners.tmdb.tmdb_house import NFO, film, kept, names

pytestmark = pytest.mark.env("nlp")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("movie/999", "TMDB has no movie/999"),
        ("tt9999999", "TMDB has no tt9999999"),
        ("the river", "not the id of a film"),
    ],
)
def test_an_invalid_id_is_an_error_with_a_message(tmdb, tmp_path, identified, said, sentence):
    _, printed = identified(film(tmp_path / "film.mkv"), online=True, tmdb_id=said)
    assert sentence in printed


def test_a_token_of_version_4_travels_in_a_header(tmdb, tmp_path, identified):
    with kept(tmdb.address, fake_tmdb.TOKEN) as other:
        cast, _ = identified(film(tmp_path / "Across the River (2011).mkv"), by=other, online=True)
        assert names(cast) == ["Meera Joshi", "Vikram Rao"]


@pytest.mark.parametrize("wrong", [429, 500, "drop"])
def test_a_request_that_fails_once_is_repeated(tmdb, tmp_path, identified, wrong):
    tmdb.wrong = {0: wrong}
    cast, _ = identified(film(tmp_path / "Across the River (2011).mkv"), online=True)
    assert names(cast) == ["Meera Joshi", "Vikram Rao"]
    assert cast.provenance["degraded"] == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (429, "it limits the rate of requests"),
        (503, "a server error (503)"),
        (302, "rejects the request"),
        ("garbage", "what answered is not TMDB"),
        ("list", "what answered is not TMDB"),
        ("redirect", "rejects the request (302)"),
        ("packed", "its answer is packed in a way that was not asked for"),
        (401, "TMDB refuses the key in TMDB_API_KEY"),
    ],
)
def test_without_tmdb_the_other_sources_remain_and_the_reason_is_reported(
    tmdb, tmp_path, identified, wrong, sentence
):
    tmdb.every = wrong
    tmdb.retry_after = "3600"
    nfo = tmp_path / "film.nfo"
    nfo.write_text(NFO)
    cast, _ = identified(film(tmp_path / "film.mkv"), nfo=str(nfo), online=True)
    assert names(cast) == ["Meera", "Inspector Patil"]
    assert sentence in cast.provenance["degraded"][0]
    assert "/elsewhere" not in "".join(tmdb.asked)


def test_a_dead_server_is_reported(tmdb, tmp_path, identified):
    with kept("http://127.0.0.1:9/3", fake_tmdb.KEY) as other:
        cast, _ = identified(film(tmp_path / "Across the River (2011).mkv"), by=other, online=True)
    assert cast.rows() == []
    assert cast.content["title"] == "Across the River"
    assert "TMDB did not answer" in cast.provenance["degraded"][0]


def test_a_refused_key_is_an_error_only_with_a_requested_id(tmdb, tmp_path, identified):
    place = film(tmp_path / "Across the River (2011).mkv")
    with kept(tmdb.address, "not-the-key") as other:
        error, printed = identified(place, by=other, online=True, tmdb_id="movie/71")
        assert error.category == "auth"
        assert printed == "TMDB refuses the key in TMDB_API_KEY"
        cast, _ = identified(place, by=other, online=True)
        assert cast.content["title"] == "Across the River"
        assert "TMDB refuses the key" in cast.provenance["degraded"][0]


def test_stored_answers_are_used_without_a_network(tmdb, tmp_path, identified):
    place, cache = film(tmp_path / "Across the River (2011).mkv"), tmp_path / "cache"
    first, _ = identified(place, folder=tmp_path / "a", online=True, cache=str(cache))
    asked = len(tmdb.asked)
    tmdb.every = 500
    second, _ = identified(place, folder=tmp_path / "b", online=True, cache=str(cache))
    assert len(tmdb.asked) == asked
    assert second.digest == first.digest
    assert fake_tmdb.KEY.encode() not in b"".join(p.read_bytes() for p in cache.iterdir())


def test_a_broken_nfo_is_degraded_and_the_name_is_searched(tmdb, tmp_path, identified):
    nfo = tmp_path / "film.nfo"
    nfo.write_text(NFO[:-20])
    cast, _ = identified(film(tmp_path / "Across the River (2011).mkv"), nfo=str(nfo), online=True)
    assert names(cast) == ["Meera Joshi", "Vikram Rao"]
    assert cast.provenance["degraded"] == ["film.nfo is cut off: the end of its XML is missing"]


def test_an_answer_without_any_content_is_not_an_error(tmdb, tmp_path, identified):
    tmdb.movies = {
        71: {"id": 71, "title": None, "credits": {"cast": [{}, None, {"character": 3}]}, "keywords": []}
    }
    cast, _ = identified(film(tmp_path / "film.mkv"), tmdb_id="movie/71", online=True)
    assert cast.rows() == []
    assert cast.content["title"] == "film"


def test_an_error_in_a_cast_file_names_file_and_line(tmdb, tmp_path, identified):
    mine = tmp_path / "cast.csv"
    mine.write_text("character,kind\nMeera,heroine\n")
    error, printed = identified(film(tmp_path / "film.mkv"), cast=str(mine))
    assert error.category == "input"
    assert "cast.csv, line 2" in printed
    assert "character, actor, aliases" in error.hint


def test_a_slow_answer_ends_at_the_deadline(tmdb):
    tmdb.every = "slow"
    code = (
        "import sys; from stage_runners.tmdb.client import Client, UnreachableError\n"
        "try: Client('abc', base=sys.argv[1], deadline_s=1.0).get('/movie/71')\n"
        "except UnreachableError as error: print(error)"
    )
    done = subprocess.run(
        [python_of("nlp"), "-P", "-c", code, tmdb.address],
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert done.stdout == "its answer takes too long, within 1 s\n"


@pytest.mark.parametrize(
    "setting",
    [
        {"ALL_PROXY": "socks5://127.0.0.1:9"},
        {"HTTPS_PROXY": "nonsense://x"},
        {"SSL_CERT_FILE": "/nowhere/at.all"},
    ],
)
def test_wrong_network_settings_are_reported(tmdb, tmp_path, identified, setting):
    with kept(tmdb.address, fake_tmdb.KEY, **setting) as other:
        cast, _ = identified(film(tmp_path / "Across the River (2011).mkv"), by=other, online=True)
    assert "TMDB did not answer: the settings of the network are wrong" in cast.provenance["degraded"][0]
