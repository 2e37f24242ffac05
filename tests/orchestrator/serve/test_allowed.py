"""Which paths a request may name."""

from __future__ import annotations

import os

import pytest

from orchestrator.errors import FatalError
from orchestrator.serve.allowed import Allowed, Mapping, NotAllowedError, folders, mapping


@pytest.fixture
def place(tmp_path):
    films = tmp_path / "films"
    films.mkdir()
    (films / "a.mkv").write_text("film")
    (tmp_path / "secret.mkv").write_text("not for requests")
    return films


def allowed(place, *maps):
    return Allowed(folders=(place.resolve(),), maps=tuple(map(mapping, maps)))


def test_a_film_in_an_allowed_folder_is_taken(place):
    assert allowed(place).film(str(place / "a.mkv")) == place / "a.mkv"


def test_what_is_outside_gets_one_answer_whether_it_is_there_or_not(place):
    messages = set()
    (place / "link.mkv").symlink_to(place.parent / "secret.mkv")
    (place / "out").symlink_to(place.parent)
    os.mkfifo(place.parent / "pipe")
    for path in (
        place.parent / "secret.mkv", place.parent / "nothing.mkv", place.parent / "pipe", "/etc/passwd",
        place / "link.mkv", place / "out" / "secret.mkv", place / "out" / "nothing.mkv", place.parent,
    ):  # fmt: skip
        with pytest.raises(NotAllowedError) as refused:
            allowed(place).film(str(path))
        messages.add((refused.value.message, refused.value.hint))
    assert len(messages) == 1


@pytest.mark.parametrize("path", ["a.mkv", "", "films/../secret.mkv", "/" + "x" * 5000, "/a\0b"])
def test_a_path_that_is_not_absolute_or_goes_up_is_refused(place, path):
    with pytest.raises(FatalError, match="not an absolute path"):
        allowed(place).film(path)
    with pytest.raises(FatalError, match="not an absolute path"):
        allowed(place).film(f"{place}/../secret.mkv")


def test_a_link_from_one_allowed_folder_into_another_is_followed(place):
    other = place.parent / "disk"
    other.mkdir()
    (other / "b.mkv").write_text("film")
    (place / "b.mkv").symlink_to(other / "b.mkv")
    with pytest.raises(NotAllowedError):
        allowed(place).film(str(place / "b.mkv"))
    both = Allowed(folders=folders([place, other]))
    assert both.film(str(place / "b.mkv")) == place / "b.mkv"


def test_a_folder_or_a_missing_film_inside_gets_a_sentence_with_its_name(place):
    (place / "folder").mkdir()
    with pytest.raises(FatalError, match="a folder"):
        allowed(place).film(str(place / "folder"))
    with pytest.raises(FatalError, match="not found"):
        allowed(place).film(str(place / "missing.mkv"))


def test_paths_of_other_machines_are_mapped_by_the_longest_beginning(place):
    (place / "tv").mkdir()
    (place / "tv" / "b.mkv").write_text("film")
    one = allowed(place, f"/data={place}", f"/data/series={place}/tv", f"D:\\Films={place}")
    assert one.film("/data/a.mkv") == place / "a.mkv"
    assert one.film("/data/series/b.mkv") == place / "tv" / "b.mkv"
    assert one.film("D:\\Films\\tv\\b.mkv") == place / "tv" / "b.mkv"
    assert one.mapped("/database/a.mkv") == "/database/a.mkv"
    with pytest.raises(FatalError):
        one.film("/data/../../etc/passwd")


def test_each_program_may_have_paths_of_its_own_and_is_told_by_them(place):
    one = allowed(place, f"/data={place}", f"plex:/films={place}", f"jellyfin:M:\\Films={place}")
    assert one.film("/films/a.mkv", "plex") == place / "a.mkv"
    assert one.mapped("/films/a.mkv", "sonarr") == "/films/a.mkv"
    assert one.film("/data/a.mkv", "sonarr") == place / "a.mkv"
    assert one.theirs(place / "a.mkv", "plex") == "/films/a.mkv"
    assert one.theirs(place / "a.mkv", "emby") == "/data/a.mkv"
    assert one.theirs(place / "tv" / "a.mkv", "jellyfin") == "M:\\Films\\tv\\a.mkv"


def test_a_mapping_is_two_paths():
    assert mapping("/data=x=/mnt") == Mapping(theirs="/data=x", ours="/mnt")
    assert mapping("plex:/data=/mnt") == Mapping(theirs="/data", ours="/mnt", program="plex")
    for text in ("/data", "=/mnt", "/data=mnt", ""):
        with pytest.raises(FatalError, match="--map"):
            mapping(text)
