"""The film that is named on a command line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orchestrator.errors import FatalError
from orchestrator.planning.film_path import film_of


def test_a_film_has_the_same_path_from_every_working_directory(tmp_path, monkeypatch):
    film = tmp_path / "films" / "talk.mp4"
    film.parent.mkdir()
    film.write_bytes(b"film")
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    assert film_of(Path("../films/talk.mp4")) == film_of(film) == film
    monkeypatch.chdir(film.parent)
    assert film_of(Path("talk.mp4")) == film


def test_a_symlinked_film_keeps_the_path_of_its_link(tmp_path):
    film = tmp_path / "disk" / "a.mp4"
    film.parent.mkdir()
    film.write_bytes(b"film")
    link = tmp_path / "talk.mp4"
    link.symlink_to(film)
    assert film_of(link) == link


def test_a_parent_path_behind_a_symlink_resolves_as_the_system_does(tmp_path):
    (tmp_path / "disk" / "series").mkdir(parents=True)
    film = tmp_path / "disk" / "a.mp4"
    film.write_bytes(b"film")
    (tmp_path / "link").symlink_to(tmp_path / "disk" / "series")
    assert film_of(tmp_path / "link" / os.pardir / "a.mp4").samefile(film)


def test_a_link_to_a_missing_film_is_not_taken_for_a_misspelt_name(tmp_path):
    (tmp_path / "talk.mkv").write_bytes(b"film")
    (tmp_path / "walk.mkv").symlink_to("/disk/walk.mkv")
    with pytest.raises(
        FatalError, match=r"walk\.mkv: a link to /disk/walk\.mkv, which does not exist"
    ) as caught:
        film_of(tmp_path / "walk.mkv")
    assert "did you mean" not in caught.value.hint


def test_an_address_is_no_film_and_a_missing_film_suggests_its_neighbour(tmp_path):
    with pytest.raises(FatalError) as caught:
        film_of(Path("https://host/watch?v=1"))
    assert caught.value.message.startswith("https://host/watch?v=1: this is an address")
    assert "yt-dlp" in caught.value.hint
    (tmp_path / "movie.mkv").write_text("a film")
    with pytest.raises(FatalError) as caught:
        film_of(tmp_path / "moive.mkv")
    assert caught.value.hint == f"did you mean {tmp_path}/movie.mkv?"
