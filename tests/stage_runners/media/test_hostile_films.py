"""No film makes ffmpeg or PyAV read another file or ask a server, whatever its name and content."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from stage_runners.media import opening
from tests import canary_server
from tests.stage_runners import films, processes
from tests.stage_runners.media import hostile_films
from tests.stage_runners.spec import ROOT, run_stage

pytestmark = pytest.mark.env("media")


def programs():
    """The ffmpeg of the environment, and the one on the PATH."""
    return list(dict.fromkeys(filter(None, (films.ffmpeg(), packaged(), shutil.which("ffmpeg")))))


def packaged():
    """The one that imageio-ffmpeg brings."""
    found = (ROOT / "envs" / "media" / ".venv").glob("lib/*/site-packages/imageio_ffmpeg/binaries/ffmpeg-*")
    return next((str(path) for path in found), None)


def probed(folder):
    """What the stages say of each film in a folder."""
    done = processes.run("media", "tests.stage_runners.media.hostile_films_check", folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def decoded(program, film, *limits):
    """The bytes of sound that ffmpeg makes of a film; `limits` replaces the ones of the stages."""
    inputs = list(limits) or opening.arguments(film)
    command = [program, "-v", "error", "-nostdin", "-y", *inputs, "-map", "0:a", "-f", "s16le", "-"]
    done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=60)
    return len(done.stdout)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A folder of hostile films with a canary beside it; what was said of them, and which requests came."""
    folder = tmp_path_factory.mktemp("films")
    canary = folder.parent / "canary.ts"
    films.make("-f", "lavfi", "-i", "sine=d=1", "-c:a", "mp2", canary)
    shutil.copy(canary, folder.parent / "copy.ts")
    with canary_server.listening(canary.read_bytes()) as (address, requests):
        written = hostile_films.write_playlists(folder, address, canary)
        shutil.copy(canary, folder / "canary.ts")
        told = probed(folder)
        sounds = {film.name: [decoded(program, film) for program in programs()] for film in written}
        free = decoded(films.ffmpeg(), folder, "-i", str(folder / "hls-beside.m3u8"))
    return {"told": told, "sounds": sounds, "requests": requests, "free": free}


def test_nothing_but_the_film_itself_is_read(hostile):
    assert hostile["requests"] == []
    assert {name: sizes for name, sizes in hostile["sounds"].items() if any(sizes)} == {}


def test_without_the_limits_ffmpeg_would_read_the_file_beside_a_playlist(hostile):
    assert hostile["free"] > 0


@pytest.mark.parametrize("name", [*hostile_films.PLAYLISTS, *hostile_films.NOT_FILMS])
def test_what_names_other_files_is_refused_in_a_sentence(hostile, name):
    said = hostile["told"][name]
    assert said.startswith(f"input: {name}: ")
    assert "\n" not in said


def test_a_playlist_is_told_how_to_become_a_film(hostile):
    assert hostile["told"]["hls-http.mkv"] == (
        "input: hls-http.mkv: an HLS playlist names other files or addresses, and none of them is opened; "
        "if you trust it, make one film of it first: "
        "ffmpeg -allowed_extensions ALL -i hls-http.mkv -c copy joined.mkv"
    )


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("concat.mkv", "a concat list"),
        ("dash.mp4", "a DASH manifest"),
        ("sdp.mkv", "a session description (SDP)"),
        ("imf.mkv", "an IMF package"),
        ("rtsp.mov", "a playlist"),
        ("script.vpy", "is a program, and is not run"),
    ],
)
def test_a_refusal_says_what_the_file_is(hostile, name, kind):
    assert kind in hostile["told"][name]


@pytest.mark.parametrize("name", hostile_films.NAMES)
def test_a_film_may_be_called_like_a_protocol_a_pattern_or_an_option(name, tmp_path):
    film = films.make("-f", "lavfi", "-i", "sine=d=0.5", "-f", "wav", f"file:{tmp_path / 'plain'}")
    film = Path(film.removeprefix("file:")).rename(tmp_path / name)
    for program in programs():
        assert decoded(program, film) > 0


def test_odd_names_are_read_by_the_stage_too(tmp_path):
    plain = tmp_path / "plain.wav"
    films.make("-f", "lavfi", "-i", "sine=d=0.5", plain)
    folder = tmp_path / "films"
    folder.mkdir()
    for name in hostile_films.NAMES:
        shutil.copy(plain, folder / name)
    assert set(probed(folder).values()) == {"wav"}


def test_a_quicktime_film_does_not_read_the_samples_of_another_file(tmp_path):
    loud = tmp_path / "loud.raw"
    loud.write_bytes(b"\x55\x55" * 48_000)
    film = tmp_path / "film.mov"
    films.make("-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono:d=1", "-c:a", "pcm_s16le", film)
    film.write_bytes(hostile_films.with_reference(film.read_bytes(), loud))
    referring = subprocess.run(
        [
            packaged(), "-v", "error", "-enable_drefs", "1", "-use_absolute_path", "1", "-i", film,
            "-f", "s16le", "-",
        ],
        capture_output=True, check=False,
    )  # fmt: skip
    assert b"\x55\x55" * 100 in referring.stdout  # the reference is a real one
    for program in programs():
        done = subprocess.run(
            [program, "-v", "error", *opening.arguments(film), "-f", "s16le", "-"],
            capture_output=True, check=False,
        )  # fmt: skip
        assert b"\x55" not in done.stdout


def test_a_stage_refuses_a_playlist_under_a_film_s_name(tmp_path):
    film = tmp_path / "film.mkv"
    film.write_text("ffconcat version 1.0\nfile '/etc/hostname'\n")
    done, _ = run_stage("demux", {"film": film}, tmp_path, env="media")
    assert done.returncode == 1
    assert "film.mkv: a concat list names other files" in done.stdout + done.stderr


def test_every_file_is_opened_in_the_one_place_that_sets_the_limits():
    places = []
    for file in sorted((ROOT / "stage_runners").rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        if file.name != "opening.py" and re.search(
            r'\bav\.open\(|"-i", f"file:|ffmpeg\.input\((?!opening\.)', text
        ):
            places.append(file.name)
    assert places == []


def test_no_format_of_the_list_names_other_files():
    naming = {"hls", "dash", "concat", "concatf", "imf", "sdp", "rtsp", "rtp", "sap", "image2", "image2pipe",
              "avisynth", "vapoursynth", "lavfi", "vobsub", "mlv", "webm_dash_manifest", "dvdvideo", "sbg",
              "tedcaptions", "ffmetadata"}  # fmt: skip
    assert not naming & set(opening.FORMATS)
