"""Small films in the containers that other tests do not use; `tests/campaigns/containers.py` has real-sized
ones."""

import pytest

from tests.campaigns import containers
from tests.stage_runners.spec import python_of

pytestmark = pytest.mark.env("media")


@pytest.mark.parametrize(
    ("name", "codecs"),
    [
        ("film.mov", ["mjpeg", "pcm_s16be"]), ("film.webm", ["vp8", "opus"]),
        ("film.vob", ["mpeg2video", "ac3"]),
        ("film.flv", ["h264", "aac"]), ("film.wmv", ["wmv2", "wmav2"]), ("film.ogv", ["theora", "vorbis"]),
        ("film.3gp", ["h264", "aac"]),
    ],
)  # fmt: skip
def test_a_film_of_this_container_is_copied_whole_with_subtitles_in_time(tmp_path, name, codecs):
    if not python_of("media").exists():
        pytest.skip("the environment media is not installed")
    film = containers.made(name, tmp_path, containers.SMALL)
    apart, streams, lost = containers.tried(film, tmp_path, "mkv")
    assert apart < 0.03
    assert streams == [*codecs, "srt"]
    assert lost == []
