"""What is copied into a joined file, how much space it takes, and what ends when it takes too long."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from tests.stage_runners import films, processes
from tests.stage_runners.spec import python_of

pytestmark = pytest.mark.env("media")


def answer(recordings, output, *, late=None, free=10**9, timeout=60.0, **variables):
    request = {
        "output": str(output), "late": late or {}, "free": free, "timeout": timeout,
        "recordings": [{"path": str(one), "title": ""} for one in recordings],
    }  # fmt: skip
    done = subprocess.run(
        [python_of("media"), "-P", "-m", "stage_runners.media.join"], input=json.dumps(request),
        capture_output=True, text=True, check=True, env={**processes.environment(), **variables},
    )  # fmt: skip
    return json.loads(done.stdout)


def sound(film):
    """A digest of the packets of the first audio track."""
    place = film.with_suffix(".md5")
    return films.make("-i", film, "-map", "0:a:0", "-c", "copy", "-f", "md5", place).read_text()


@pytest.fixture(scope="module")
def anna(tmp_path_factory):
    return films.recording(tmp_path_factory.mktemp("join") / "anna.wav", (0.5,), seconds=2.0)


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("ben.mp2", "mp2", 48000), ("ben.wma", "wmav2", 48000), ("ben.dts", "dca", 48000),
        ("ben.amr", "libopencore_amrnb", 8000),
    ],
)  # fmt: skip
def test_compressed_sound_is_copied(anna, tmp_path, name, codec, rate):
    ben = films.make("-i", anna, "-ar", rate, "-strict", "-2", "-c:a", codec, tmp_path / name)
    out = tmp_path / "out.mka"
    answer([ben, anna], out)
    assert sound(out) == sound(ben)


def test_sound_that_matroska_does_not_take_grows_and_the_space_is_bounded(anna, tmp_path):
    ben = films.make("-f", "lavfi", "-i", "anoisesrc=d=2:r=22050", "-c:a", "adpcm_swf", tmp_path / "ben.flv")
    out, files = tmp_path / "out.mka", ben.stat().st_size + anna.stat().st_size
    error = answer([ben, anna], out, free=files)["error"]
    assert error["category"] == "storage"
    assert "needs up to" in error["message"]
    assert not out.exists()
    answer([ben, anna], out)
    assert ben.stat().st_size < out.stat().st_size < anna.stat().st_size + 2 * 22050 * 4


def test_ffmpeg_ends_with_the_time_that_it_has(anna, tmp_path):
    slow, number = tmp_path / "ffmpeg", tmp_path / "pid"
    joining = f"*'-f matroska'*) echo $$ > {number}; exec sleep 100 ;;"
    slow.write_text(f'#!/bin/sh\ncase "$*" in\n{joining}\nesac\nexec {films.ffmpeg()} "$@"\n')
    slow.chmod(0o755)
    ben = films.recording(tmp_path / "ben.wav", (0.5,), seconds=2.0)
    error = answer([anna, ben], tmp_path / "out.mka", timeout=1.0, ORCHESTRATOR_FFMPEG=str(slow))["error"]
    assert "did not finish within 1 s" in error["message"]
    with pytest.raises(ProcessLookupError):
        os.kill(int(number.read_text()), 0)


def test_a_name_that_two_recordings_have_is_answered_with_their_files(anna, tmp_path):
    ben = films.recording(tmp_path / "ben.wav", (0.5,), seconds=2.0)
    copy = films.make("-i", anna, tmp_path / "anna.flac")
    error = answer([anna, copy, ben], tmp_path / "out.mka", late={"anna": 1.0})["error"]
    assert error["category"] == "config"
    assert "2 recordings have this name" in error["message"]
    assert "anna.wav, anna.flac" in error["hint"]
