"""What is found beside a film: whose .nfo it is, and which series the film belongs to."""

from __future__ import annotations

import os

import pytest

from orchestrator.film_files import nfo
from orchestrator.film_files.nfo import nfo_of, series_of, show_nfo_of


def made(folder, *names, text=""):
    """Files in `folder`; returns the first."""
    for name in names:
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return folder / names[0]


def test_the_nfo_named_like_the_film_is_used(tmp_path):
    film = made(tmp_path, "River.mkv", "River.nfo", "Other.mkv", "Other.nfo", "movie.nfo")
    assert nfo_of(film) == tmp_path / "River.nfo"


@pytest.mark.parametrize("others", [
    (), ("River-trailer.mkv", "poster.jpg", "River.en.srt"), ("River-cd2.mkv",),
])  # fmt: skip
def test_movie_nfo_belongs_to_the_only_film_in_its_folder(tmp_path, others):
    film = made(tmp_path, "River-cd1.mkv", "movie.nfo", *others)
    assert nfo_of(film) == tmp_path / "movie.nfo"


def test_versions_named_after_their_folder_are_one_film(tmp_path):
    folder = tmp_path / "River (2011)"
    film = made(folder, "River (2011) - 1080p.mkv", "River (2011) - 4K.mkv", "movie.nfo")
    assert nfo_of(film) == folder / "movie.nfo"


@pytest.mark.parametrize("others", [("Sea.mkv",), ("Sea.MP4",), ("River 2.mkv",)])
def test_movie_nfo_is_ignored_in_a_folder_with_several_films(tmp_path, others):
    film = made(tmp_path, "River.mkv", "movie.nfo", *others)
    assert nfo_of(film) is None


def test_episodes_in_a_folder_count_as_several_films(tmp_path):
    folder = tmp_path / "Harbour"
    film = made(folder, "Harbour S01E01.mkv", "Harbour S01E02.mkv", "movie.nfo")
    assert nfo_of(film) is None


def test_a_folder_named_like_an_nfo_is_ignored(tmp_path):
    film = made(tmp_path, "River.mkv")
    (tmp_path / "River.nfo").mkdir()
    assert nfo_of(film) is None


def test_a_name_of_255_bytes_works(tmp_path):
    film = made(tmp_path, "r" * 252 + ".ts")
    assert nfo_of(film) is None


def test_the_series_nfo_lies_in_the_folder_or_above(tmp_path):
    film = made(tmp_path, "Season 1/Harbour S01E01.mkv", "tvshow.nfo")
    assert show_nfo_of(film) == tmp_path / "tvshow.nfo"


@pytest.mark.parametrize(
    ("name", "series"),
    [
        ("Harbour.Lights.S01E02.The.Tide.1080p.mkv", "Harbour Lights"),
        ("Harbour Lights - 1x02 - The Tide.mkv", "Harbour Lights"),
        ("Harbour_Lights_s1e2.mkv", "Harbour Lights"),
        ("Harbour Lights (2015) - S01E02.mkv", "Harbour Lights"),
        ("Harbour Lights/Season 01/S01E02 - The Tide.mkv", "Harbour Lights"),
        ("Harbour Lights/1x02.mkv", "Harbour Lights"),
        ("Across the River (2011).mkv", ""),
        ("2001 A Space Film 1920x1080.mkv", ""),
    ],
)
def test_the_series_is_read_from_the_film_name(tmp_path, name, series):
    assert series_of(made(tmp_path, name)) == series


@pytest.mark.parametrize(
    "element",
    [
        "<showtitle>Tom &amp; the Harbour</showtitle>",
        '<showtitle lang="en">\n Tom &amp; the\n Harbour </showtitle>',
        "<showtitle><![CDATA[Tom & the Harbour]]></showtitle>",
    ],
)
def test_the_series_is_read_from_the_nfo(tmp_path, element):
    film = made(tmp_path, "e.mkv")
    (tmp_path / "e.nfo").write_text(f"<episodedetails><title>x</title>{element}</episodedetails>")
    assert series_of(film) == "Tom & the Harbour"


def test_the_series_nfo_counts_for_episodes_only(tmp_path):
    film, extra = made(tmp_path, "S01E01.mkv"), made(tmp_path, "holiday.mkv")
    (tmp_path / "tvshow.nfo").write_bytes("<tvshow><title>Häfen</title></tvshow>".encode("utf-16"))
    assert series_of(film) == "Häfen"
    assert series_of(extra) == ""


def test_an_nfo_that_is_not_text_is_ignored(tmp_path):
    film = made(tmp_path, "e.mkv")
    (tmp_path / "e.nfo").write_bytes(os.urandom(5000))
    assert series_of(film) == ""


@pytest.mark.parametrize(
    "text",
    ["<showtitle " * 90_000, "<showtitle>" + " " * 1_000_000, "<showtitle>" * 90_000 + "</showtitle>"],
    ids=["open", "blanks", "many"],
)
def test_an_nfo_built_to_be_slow_is_parsed_fast(tmp_path, text):
    film = made(tmp_path, "e.mkv")
    (tmp_path / "e.nfo").write_text(text)
    assert series_of(film) == ""


# --- .nfo files of a stranger


def test_an_nfo_that_links_to_another_folder_is_not_read_and_that_is_said(tmp_path):
    private = tmp_path / "private"
    private.mkdir()
    (private / "notes.xml").write_text("<movie><title>Secret</title></movie>")
    film = tmp_path / "films/one.mkv"
    film.parent.mkdir()
    film.write_text("film")
    for name in ("one.nfo", "tvshow.nfo"):
        film.with_name(name).symlink_to(private / "notes.xml")
    assert nfo.nfo_of(film) is None
    assert nfo.show_nfo_of(film) is None
    assert nfo.unused(film) == (
        "one.nfo is not read: it is a link to a file in another folder",
        "tvshow.nfo is not read: it is a link to a file in another folder",
    )


def test_a_library_of_links_keeps_its_nfo_files(tmp_path):
    """Some organisers make a folder of links to films, with links to the .nfo files beside those."""
    real, links = tmp_path / "real", tmp_path / "links"
    for folder in (real, links):
        folder.mkdir()
    for name in ("one.mkv", "one.nfo"):
        (real / name).write_text("<movie><title>A</title></movie>")
        (links / name).symlink_to(real / name)
    assert nfo.nfo_of(links / "one.mkv") == links / "one.nfo"
    assert nfo.unused(links / "one.mkv") == ()


def test_an_nfo_of_a_terabyte_is_not_hashed(tmp_path):
    film = tmp_path / "one.mkv"
    film.write_text("film")
    with film.with_suffix(".nfo").open("wb") as stream:
        stream.truncate(1 << 40)
    assert nfo.nfo_of(film) is None
    assert nfo.unused(film) == ("one.nfo is not read: it has more than 4 MB, too large for an .nfo",)


def test_an_nfo_that_is_a_pipe_is_not_waited_for_and_said(tmp_path):
    os.mkfifo(tmp_path / "film.nfo")
    assert nfo_of(tmp_path / "film.mkv") is None
    assert nfo.unused(tmp_path / "film.mkv") == ("film.nfo is not read: it is a pipe, not a file",)
