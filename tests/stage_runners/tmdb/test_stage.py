"""The stage tmdb as a process of its own, against a server that answers as TMDB does."""

from __future__ import annotations

import pytest

from tests import fake_tmdb
from tests.stage_runners.tmdb.tmdb_house import NFO, film, names

pytestmark = pytest.mark.env("nlp")


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
    assert "the title and the year match" in printed
    assert cast.provenance["degraded"] == []


def test_the_nfo_identifies_the_film_and_names_its_characters(tmdb, tmp_path, identified):
    nfo = tmp_path / "film.nfo"
    nfo.write_text(NFO)
    cast, printed = identified(film(tmp_path / "film.mkv"), nfo=str(nfo), online=True)
    assert [(r["name"], r["aliases"], r["source"]) for r in cast.rows()][:3] == [
        ("Meera", ["Meera Joshi"], "nfo+tmdb"),
        ("Inspector Patil", [], "nfo"),
        ("Vikram Rao", ["Vicky"], "tmdb"),
    ]
    assert cast.content["plot"] == "Two friends & a boat."
    assert "named by the nfo (tmdb movie/71)" in printed
    assert not [path for path in tmdb.asked if path.startswith("/search")]


def test_the_nfo_is_enough_without_a_key_and_no_request_is_made(tmdb, tmp_path, identified):
    nfo = tmp_path / "film.nfo"
    nfo.write_text(NFO)
    cast, _ = identified(film(tmp_path / "film.mkv"), nfo=str(nfo))
    assert names(cast) == ["Meera", "Inspector Patil"]
    assert cast.provenance["degraded"] == []
    assert tmdb.asked == []


def test_a_title_alone_is_not_enough_and_the_results_are_reported(tmdb, tmp_path, identified):
    cast, printed = identified(film(tmp_path / "across the river.mkv", minutes=3), online=True)
    assert cast.rows() == []
    assert "only its title matches" in printed or "too different" in printed
    assert "movie/71" in printed


def test_the_length_decides_between_two_films(tmdb, tmp_path, identified):
    cast, printed = identified(film(tmp_path / "across the river.mkv", minutes=89), online=True)
    assert names(cast) == ["Tom"]
    assert "the title and the length match" in printed


def test_the_title_tag_is_searched_if_the_file_name_has_no_title(tmdb, tmp_path, identified):
    place = film(tmp_path / "b1_t03.mkv", minutes=117, title="Across the River (2011)")
    cast, _ = identified(place, online=True)
    assert names(cast) == ["Meera Joshi", "Vikram Rao"]


def test_a_title_in_another_language_matches(tmdb, tmp_path, identified):
    cast, _ = identified(film(tmp_path / "Beyond the Water (2011).mkv"), online=True)
    assert cast.content["title"] == "Across the River"


def test_equally_likely_films_are_listed_and_none_is_chosen(tmdb, tmp_path, identified):
    tmdb.movies[73] = fake_tmdb.movie(73, "Across the River", "2011-09-09", cast=[("Ada", "Actor X")])
    place = film(tmp_path / "Across the River (2011).mkv", minutes=120)
    cast, printed = identified(place, online=True)
    assert names(cast) == []
    assert "choose one with --tmdb" in printed
    assert "movie/71" in printed
    assert "movie/73" in printed


def test_of_equally_likely_films_a_far_more_popular_one_is_chosen(tmdb, tmp_path, identified):
    tmdb.movies[73] = fake_tmdb.movie(73, "Across the River", "2011-09-09", popularity=0.6)
    place = film(tmp_path / "Across the River (2011).mkv", minutes=120)
    cast, printed = identified(place, online=True)
    assert names(cast) == ["Meera Joshi", "Vikram Rao"]
    assert "most popular by far" in printed


def test_later_pages_are_searched(tmdb, tmp_path, identified):
    tmdb.a_page = 2
    fillers = {n: fake_tmdb.movie(n, f"Across the River and Beyond Part {n}", "2011-01-01") for n in range(5)}
    tmdb.movies = {**fillers, **tmdb.movies}
    cast, _ = identified(film(tmp_path / "Across the River (2011).mkv"), online=True)
    assert names(cast) == ["Meera Joshi", "Vikram Rao"]


@pytest.mark.parametrize(
    "said", ["movie/72", "72", "https://www.themoviedb.org/movie/72-across", "tt0051234"]
)
def test_a_requested_id_identifies_the_film(tmdb, tmp_path, identified, said):
    tmdb.found["tt0051234"] = {"movie_results": [{"id": 72}]}
    cast, _ = identified(film(tmp_path / "Across the River (2011).mkv"), online=True, tmdb_id=said)
    assert names(cast) == ["Tom"]


def test_an_episode_has_its_guests_and_its_series(tmdb, tmp_path, identified):
    guest = {"guest_stars": [{"character": "Old Mr. Finch", "name": "Actor G", "order": 500}]}
    tmdb.shows[9] = fake_tmdb.show(
        9,
        "Harbour Lights",
        "2015-01-01",
        overview="A port.",
        cast=[(["Ines Duarte", "Ines (2 episodes)"], "Actor I"), (["Self"], "Actor S")],
        episodes={
            (1, 2): {"name": "The Tide", "overview": "It rises.", "air_date": "2015-02-01", "credits": guest}
        },
    )
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


def test_neither_a_series_nor_the_title_of_its_episode_is_searched_as_a_film(tmdb, tmp_path, identified):
    tmdb.shows[9] = fake_tmdb.show(9, "Harbour Lights", cast=[(["Ines"], "Actor I")], episodes={})
    nfo, show = tmp_path / "e.nfo", tmp_path / "tvshow.nfo"
    nfo.write_text(
        "<episodedetails><title>Across the "
        "River</title><season>1</season><episode>5</episode></episodedetails>"
    )
    show.write_text("<tvshow><title>Harbour Lights</title></tvshow>")
    cast, _ = identified(film(tmp_path / "e.mkv"), nfo=str(nfo), show_nfo=str(show), online=True)
    assert names(cast) == ["Ines"]
    assert (cast.content["title"], cast.content["series"]) == ("Across the River", "Harbour Lights")
    assert all(path.startswith(("/search/tv", "/tv/9")) for path in tmdb.asked)


def test_an_id_in_an_nfo_that_tmdb_does_not_have_is_followed_by_a_search(tmdb, tmp_path, identified):
    nfo = tmp_path / "film.nfo"
    nfo.write_text(NFO.replace(">71<", ">998877<"))
    cast, said = identified(film(tmp_path / "film.mkv"), nfo=str(nfo), online=True)
    assert "TMDB has no movie/998877, which the nfo names" in said
    assert names(cast) == ["Meera", "Inspector Patil", "Vikram Rao"]


@pytest.mark.parametrize("online", [True, False])
def test_an_nfo_that_contradicts_the_requested_id_is_ignored(tmdb, tmp_path, identified, online):
    nfo = tmp_path / "film.nfo"
    nfo.write_text(NFO)
    cast, said = identified(film(tmp_path / "film.mkv"), nfo=str(nfo), online=online, tmdb_id="movie/72")
    assert names(cast) == (["Tom"] if online else [])
    assert "the .nfo is ignored: it names another film (movie/71) than --tmdb movie/72" in said


def test_the_year_decides_between_two_series_with_one_name(tmdb, tmp_path, identified):
    for number, year in ((8, "1985"), (9, "2015")):
        cast = [([f"Ines of {year}"], "Actor I")]
        tmdb.shows[number] = fake_tmdb.show(number, "Harbour Lights", f"{year}-01-01", cast=cast, episodes={})
    cast, _ = identified(film(tmp_path / "Harbour.Lights.2015.S01E02.mkv"), online=True)
    assert names(cast) == ["Ines of 2015"]
    cast, said = identified(film(tmp_path / "Harbour.Lights.S01E02.mkv"), online=True)
    assert names(cast) == []
    assert "choose one with --tmdb" in said


@pytest.mark.parametrize("tag", ["{tmdb-72}", "[tmdbid-72]", "{imdb-tt0051234}"])
def test_an_id_in_the_file_name_identifies_the_film(tmdb, tmp_path, identified, tag):
    tmdb.found["tt0051234"] = {"movie_results": [{"id": 72}]}
    cast, said = identified(film(tmp_path / f"Across the River (2011) {tag}.mkv"), online=True)
    assert names(cast) == ["Tom"]
    assert "named by the name" in said
