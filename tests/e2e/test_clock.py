"""Identity and clock: in any container, sounds and subtitles are where a player shows them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.stage_runners.spec import ROOT, python_of

pytestmark = pytest.mark.env("media")


@pytest.fixture(scope="module", params=["packaged", "system"])
def films(request, tmp_path_factory):
    if not python_of("media").exists():
        pytest.skip("the environment media is not installed")
    code = "import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())"
    asked = os.environ.get("ORCHESTRATOR_TEST_SYSTEM_FFMPEG") or shutil.which("ffmpeg")
    if request.param == "system" and not asked:
        pytest.skip("no ffmpeg on the PATH")
    if request.param == "packaged":
        asked = subprocess.check_output([python_of("media"), "-c", code], text=True).strip()
    done = subprocess.run(
        [
            python_of("media"),
            "-P",
            Path(__file__).with_name("clock.py"),
            tmp_path_factory.mktemp("films"),
            asked,
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT), "ORCHESTRATOR_FFMPEG": str(asked)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_click_is_found_at_its_time(films):
    for name, film in films.items():
        assert film["heard"] == pytest.approx(film["expected"], abs=0.002), name


def test_subtitles_are_in_sync_with_the_sound(films):
    for name, film in films.items():
        assert film["shown"] == pytest.approx(film["heard_in_new"], abs=0.002), name


def test_changed_tags_and_stream_order_do_not_change_the_audio(films):
    assert films["tags.mkv"]["digest"] == films["plain.mkv"]["digest"]
    assert films["order.mkv"]["digest"] == films["plain.mkv"]["digest"]
    assert films["late.mkv"]["digest"] != films["plain.mkv"]["digest"]


def test_two_films_muxed_from_the_same_input_are_identical(films):
    assert all(film["same_bytes"] for film in films.values())


def test_the_original_is_not_touched(films):
    assert all(film["untouched"] for film in films.values())
