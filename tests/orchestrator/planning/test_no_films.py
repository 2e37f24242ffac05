"""Which paths can be films: files with names that ffmpeg can open, and nothing that would be waited for."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from orchestrator.errors import INPUT, FatalError
from orchestrator.planning.film_path import film_of
from orchestrator.util.film_names import stem_of


def refused(path):
    with pytest.raises(FatalError) as caught:
        film_of(Path(path))
    assert caught.value.status == INPUT
    assert caught.value.hint
    return caught.value.message


def test_a_pipe_is_refused_without_waiting_for_its_writer(tmp_path):
    os.mkfifo(tmp_path / "film.mkv")
    assert refused(tmp_path / "film.mkv").endswith("film.mkv: this is a pipe, not a file")


def test_a_socket_and_a_device_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.mkv")
        assert refused("s.mkv") == "s.mkv: this is a socket, not a file"
    assert refused("/dev/zero") == "/dev/zero: this is a device, not a file"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux has /proc")
def test_a_stream_of_this_process_is_refused_because_a_stage_has_another(tmp_path):
    (tmp_path / "film.mkv").write_text("a film")
    with (tmp_path / "film.mkv").open() as stream:
        assert "a stream of one process" in refused(f"/proc/self/fd/{stream.fileno()}")


def test_a_name_that_is_not_utf8_is_refused_legibly(tmp_path):
    film = os.fsencode(tmp_path) + b"/caf\xe9 \xff.mkv"
    try:
        Path(os.fsdecode(film)).write_text("a film")
    except OSError:
        pytest.skip("this disk takes no such name")
    assert refused(os.fsdecode(film)).startswith(f"{tmp_path}/caf\\xe9 \\xff.mkv: the name is not UTF-8")


def test_a_tilde_in_a_film_s_name_is_part_of_the_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("~holiday 2019.mkv", "~root", "~"):
        Path(name).write_text("a film")
        assert film_of(Path(name)) == tmp_path / name


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("movie.mkv", "movie"),
        ("movie.MP4", "movie"),
        ("a.tar.mkv", "a.tar"),
        ("Mr. Smith goes", "Mr. Smith goes"),
        ("Blade 2.0", "Blade 2.0"),
        ("Dr.No", "Dr.No"),
        ("talk.2019", "talk.2019"),
        ("dots...", "dots..."),
        (".mkv", ".mkv"),
        ("... .mkv", "... "),
    ],
)
def test_only_a_suffix_of_films_is_no_part_of_the_name(name, stem):
    assert stem_of(Path("folder.mkv") / name) == stem
