"""The stage tmdb as a process of its own, against a server that answers as TMDB does."""

from __future__ import annotations

import struct

import pytest

from ipc.protocol import Error
from tests import fake_tmdb
from tests.stage_runners.kept import Kept

pytestmark = pytest.mark.env("nlp")

RIVER = {
    "cast": [
        ("Meera Joshi", "Actor One"),
        ('Vikram "Vicky" Rao / Narrator (voice)', "Actor Two"),
        ("Young Meera", "Actor Three"),
        ("Bartender", "Actor Four"),
    ],
    "original_title": "नदी के पार",
    "also": ["Beyond the Water"],
    "overview": "Meera leaves Nashik and meets Vikram.",
    "runtime": 120,
    "keywords": ["nashik, india", "river", "friendship, loss"],
}
NFO = """<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>
<movie>
  <title>Across the River</title><year>2011</year>
  <plot>Two friends &amp; a boat.</plot>
  <uniqueid type="tmdb" default="true">71</uniqueid>
  <actor><name>Actor One</name><role>Meera</role><order>0</order></actor>
  <actor><name>Actor Nine</name><role>Inspector Patil</role><order>1</order></actor>
</movie>
"""


FILMS = {
    71: fake_tmdb.movie(71, "Across the River", "2011-03-04", **RIVER),
    72: fake_tmdb.movie(72, "Across the River", "1958-01-01", cast=[("Tom", "Actor Ten")], runtime=88),
}
"""Two films of one name, years apart."""


@pytest.fixture(scope="module")
def served():
    with fake_tmdb.serve() as server:
        yield server


@pytest.fixture
def tmdb(served):
    """The server, knowing the films and making no mistakes."""
    served.__dict__.update(vars(fake_tmdb.Tmdb(address=served.address, movies=dict(FILMS))))
    return served


@pytest.fixture(scope="module")
def process(served):
    """A process that has the server's address and its key."""
    yield from kept(served.address, fake_tmdb.KEY)


def kept(address, key):
    own = {"ORCHESTRATOR_TMDB_URL": address, "TMDB_API_KEY": key, "NO_PROXY": "127.0.0.1"}
    process = Kept("tmdb", own)
    yield process
    assert not key or key not in process.close()


@pytest.fixture
def identified(process, tmp_path):
    """Runs the stage on a film; returns the cast, or the error, and what was said."""

    def run(place, *, by=None, folder=tmp_path, **params):
        done = (by or process).run({"film": place}, folder, **params)
        for secret in (fake_tmdb.KEY, fake_tmdb.TOKEN):
            assert secret.encode() not in done.raw
            assert not [p for p in folder.rglob("*") if p.is_file() and secret.encode() in p.read_bytes()]
        if isinstance(done.end, Error):
            return done.end, done.end.message
        return done.read("cast", "cast"), "\n".join(done.said)

    return run


def film(path, minutes=1.0, title=""):
    """A recording of silence that says how long it lasts, and its title in a tag."""
    size = round(minutes * 60 * 100)
    info = b"INFOINAM" + struct.pack("<I", len(title)) + title.encode() + b"\0" * (len(title) % 2)
    chunks = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 100, 100, 1, 8)
    chunks += (b"LIST" + struct.pack("<I", len(info)) + info) if title else b""
    chunks += b"data" + struct.pack("<I", size) + b"\x80" * size
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)
    return path


def names(cast, kind="character"):
    return [row["name"] for row in cast.rows() if row["kind"] == kind]


def test_a_film_is_found_by_title_and_year_with_characters_places_and_provenance(tmdb, tmp_path, identified):
    cast, printed = identified(film(tmp_path / "Across.the.River.2011.1080p.mkv"), online=True)
    rows = cast.rows()
    assert [(r["name"], r["actor"], r["aliases"], r["source"]) for r in rows] == [
        ("Meera Joshi", "Actor One", [], "tmdb"),
        ("Vikram Rao", "Actor Two", ["Vicky"], "tmdb"),
        ("Nashik", None, [], "tmdb"),
    ]
    assert [r["kind"] for r in rows] == ["character", "character", "place"]
    facts = cast.content
    assert (facts["title"], facts["original_title"], facts["language"], facts["year"]) == (
        "Across the River", "नदी के पार", "hi", 2011,
    )  # fmt: skip
    assert facts["sources"][0].startswith("tmdb: title, original title, language, year, plot, 3 names")
    assert "the title and the year fit" in printed
    assert cast.provenance["degraded"] == []


def test_the_nfo_says_which_film_and_how_a_character_is_called(tmdb, tmp_path, identified):
    nfo = tmp_path / "film.nfo"
    nfo.write_text(NFO)
    cast, printed = identified(film(tmp_path / "film.mkv"), nfo=str(nfo), online=True)
    assert [(r["name"], r["aliases"], r["source"]) for r in cast.rows()][:3] == [
        ("Meera", ["Meera Joshi"], "nfo+tmdb"),
        ("Inspector Patil", [], "nfo"),
        ("Vikram Rao", ["Vicky"], "tmdb"),
    ]
    assert cast.content["plot"] == "Two friends & a boat."
    assert "the nfo names it (tmdb movie/71)" in printed
    assert not [path for path in tmdb.asked if path.startswith("/search")]


def test_without_a_key_the_nfo_is_enough_and_nobody_is_asked(tmdb, tmp_path, identified):
    nfo = tmp_path / "film.nfo"
    nfo.write_text(NFO)
    cast, _ = identified(film(tmp_path / "film.mkv"), nfo=str(nfo))
    assert names(cast) == ["Meera", "Inspector Patil"]
    assert cast.provenance["degraded"] == []
    assert tmdb.asked == []


def test_a_title_alone_is_no_evidence_and_the_hits_are_said(tmdb, tmp_path, identified):
    cast, printed = identified(film(tmp_path / "across the river.mkv", minutes=3), online=True)
    assert cast.rows() == []
    assert "only its title fits" in printed or "too unlike" in printed
    assert "movie/71" in printed


def test_the_length_settles_which_of_two_films_it_is(tmdb, tmp_path, identified):
    cast, printed = identified(film(tmp_path / "across the river.mkv", minutes=89), online=True)
    assert names(cast) == ["Tom"]
    assert "the title and the length fit" in printed


def test_the_title_tag_is_asked_for_where_the_file_name_says_nothing(tmdb, tmp_path, identified):
    place = film(tmp_path / "b1_t03.mkv", minutes=117, title="Across the River (2011)")
    cast, _ = identified(place, online=True)
    assert names(cast) == ["Meera Joshi", "Vikram Rao"]


def test_a_title_in_another_language_is_found(tmdb, tmp_path, identified):
    cast, _ = identified(film(tmp_path / "Beyond the Water (2011).mkv"), online=True)
    assert cast.content["title"] == "Across the River"


def test_equally_likely_films_are_listed_and_none_is_taken(tmdb, tmp_path, identified):
    tmdb.movies[73] = fake_tmdb.movie(73, "Across the River", "2011-09-09", cast=[("Ada", "Actor X")])
    place = film(tmp_path / "Across the River (2011).mkv", minutes=120)
    cast, printed = identified(place, online=True)
    assert names(cast) == []
    assert "say which with --tmdb" in printed
    assert "movie/71" in printed
    assert "movie/73" in printed


def test_of_equally_likely_films_the_one_known_far_better_is_taken(tmdb, tmp_path, identified):
    tmdb.movies[73] = fake_tmdb.movie(73, "Across the River", "2011-09-09", popularity=0.6)
    place = film(tmp_path / "Across the River (2011).mkv", minutes=120)
    cast, printed = identified(place, online=True)
    assert names(cast) == ["Meera Joshi", "Vikram Rao"]
    assert "best known by far" in printed


def test_later_pages_are_looked_at(tmdb, tmp_path, identified):
    tmdb.a_page = 2
    fillers = {n: fake_tmdb.movie(n, f"Across the River and Beyond Part {n}", "2011-01-01") for n in range(5)}
    tmdb.movies = {**fillers, **tmdb.movies}
    cast, _ = identified(film(tmp_path / "Across the River (2011).mkv"), online=True)
    assert names(cast) == ["Meera Joshi", "Vikram Rao"]


@pytest.mark.parametrize(
    "said", ["movie/72", "72", "https://www.themoviedb.org/movie/72-across", "tt0051234"]
)
def test_an_id_settles_it(tmdb, tmp_path, identified, said):
    tmdb.found["tt0051234"] = {"movie_results": [{"id": 72}]}
    cast, _ = identified(film(tmp_path / "Across the River (2011).mkv"), online=True, tmdb_id=said)
    assert names(cast) == ["Tom"]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("movie/999", "TMDB has no movie/999"),
        ("tt9999999", "TMDB has no tt9999999"),
        ("the river", "is no id of a film"),
    ],
)
def test_an_id_that_is_none_is_a_sentence(tmdb, tmp_path, identified, said, sentence):
    _, printed = identified(film(tmp_path / "film.mkv"), online=True, tmdb_id=said)
    assert sentence in printed


def test_an_episode_has_its_guests_and_its_series(tmdb, tmp_path, identified):
    guest = {"guest_stars": [{"character": "Old Mr. Finch", "name": "Actor G", "order": 500}]}
    tmdb.shows[9] = fake_tmdb.show(
        9, "Harbour Lights", "2015-01-01", overview="A port.",
        cast=[(["Ines Duarte", "Ines (2 episodes)"], "Actor I"), (["Self"], "Actor S")],
        episodes={(1, 2): {"name": "The Tide", "overview": "It rises.", "air_date": "2015-02-01", "credits": guest}},
    )  # fmt: skip
    cast, _ = identified(film(tmp_path / "Harbour.Lights.S01E02.mkv"), online=True)
    assert names(cast) == ["Mr. Finch", "Ines Duarte"]
    assert (cast.content["series"], cast.content["title"], cast.content["year"]) == (
        "Harbour Lights",
        "The Tide",
        2015,
    )
    assert cast.content["plot"] == "It rises.\n\nA port."


def test_an_episode_is_found_by_imdbs_id_in_its_nfo(tmdb, tmp_path, identified):
    tmdb.shows[9] = fake_tmdb.show(9, "Harbour Lights", cast=[(["Ines"], "Actor I")], episodes={})
    tmdb.found["tt7654321"] = {
        "tv_episode_results": [{"show_id": 9, "season_number": 1, "episode_number": 2}]
    }
    nfo = tmp_path / "e.nfo"
    nfo.write_text("A release.\n\nhttps://www.imdb.com/title/tt7654321/\n")
    cast, _ = identified(film(tmp_path / "e.mkv"), online=True, nfo=str(nfo))
    assert names(cast) == ["Ines"]


def test_the_users_own_file_comes_first(tmdb, tmp_path, identified):
    mine = tmp_path / "cast.csv"
    mine.write_text(
        "character,actor,aliases\nMeera Deshpande,,Mimi;Meera Joshi\nDadar,,,place\n".replace(
            ",aliases", ",aliases,kind"
        )
    )
    cast, _ = identified(film(tmp_path / "Across the River 2011.mkv"), online=True, cast=str(mine))
    rows = cast.rows()
    assert (rows[0]["name"], rows[0]["aliases"], rows[0]["source"]) == (
        "Meera Deshpande",
        ["Mimi", "Meera Joshi"],
        "cast+tmdb",
    )
    assert rows[0]["actor"] == "Actor One"
    assert names(cast, "place") == ["Dadar", "Nashik"]


def test_a_token_of_version_4_travels_in_a_header(tmdb, tmp_path, identified):
    for other in kept(tmdb.address, fake_tmdb.TOKEN):
        cast, _ = identified(film(tmp_path / "Across the River (2011).mkv"), by=other, online=True)
        assert names(cast) == ["Meera Joshi", "Vikram Rao"]


@pytest.mark.parametrize("wrong", [429, 500, "drop"])
def test_what_goes_wrong_once_is_tried_again(tmdb, tmp_path, identified, wrong):
    tmdb.wrong = {0: wrong}
    cast, _ = identified(film(tmp_path / "Across the River (2011).mkv"), online=True)
    assert names(cast) == ["Meera Joshi", "Vikram Rao"]
    assert cast.provenance["degraded"] == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (429, "it asks for fewer questions"),
        (503, "an error of its own (503)"),
        (302, "does not take the question"),
        ("garbage", "what answered is not TMDB"),
        ("list", "what answered is not TMDB"),
        ("redirect", "does not take the question (302)"),
        (401, "TMDB refuses the key in TMDB_API_KEY"),
    ],
)
def test_what_stays_wrong_leaves_the_other_sources_and_is_said(tmdb, tmp_path, identified, wrong, sentence):
    tmdb.every = wrong
    tmdb.retry_after = "3600"
    nfo = tmp_path / "film.nfo"
    nfo.write_text(NFO)
    cast, _ = identified(film(tmp_path / "film.mkv"), nfo=str(nfo), online=True)
    assert names(cast) == ["Meera", "Inspector Patil"]
    assert sentence in cast.provenance["degraded"][0]
    assert "/elsewhere" not in "".join(tmdb.asked)


def test_a_server_that_is_not_there_is_said(tmdb, tmp_path, identified):
    for other in kept("http://127.0.0.1:9/3", fake_tmdb.KEY):
        cast, _ = identified(film(tmp_path / "Across the River (2011).mkv"), by=other, online=True)
    assert cast.rows() == []
    assert cast.content["title"] == "Across the River"
    assert "TMDB could not be asked" in cast.provenance["degraded"][0]


def test_a_key_that_is_refused_fails_only_where_an_id_was_asked_for(tmdb, tmp_path, identified):
    place = film(tmp_path / "Across the River (2011).mkv")
    for other in kept(tmdb.address, "not-the-key"):
        error, printed = identified(place, by=other, online=True, tmdb_id="movie/71")
        assert error.category == "auth"
        assert printed == "TMDB refuses the key in TMDB_API_KEY"
        cast, _ = identified(place, by=other, online=True)
        assert cast.content["title"] == "Across the River"
        assert "TMDB refuses the key" in cast.provenance["degraded"][0]


def test_answers_are_kept_and_used_when_the_network_is_gone(tmdb, tmp_path, identified):
    place, cache = film(tmp_path / "Across the River (2011).mkv"), tmp_path / "cache"
    first, _ = identified(place, folder=tmp_path / "a", online=True, cache=str(cache))
    asked = len(tmdb.asked)
    tmdb.every = 500
    second, _ = identified(place, folder=tmp_path / "b", online=True, cache=str(cache))
    assert len(tmdb.asked) == asked
    assert second.digest == first.digest
    assert fake_tmdb.KEY.encode() not in b"".join(p.read_bytes() for p in cache.iterdir())
