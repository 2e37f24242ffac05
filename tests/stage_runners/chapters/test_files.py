"""The files of chapters keep the rules of those who read them."""

from __future__ import annotations

import json
import re

import pytest

from stage_runners.chapters.files import FORMATS, Chapter, ffmetadata, podcast, webvtt, youtube
from stage_runners.subtitles.output_format import UnwritableError
from tests.stage_runners import films

THREE = [
    Chapter(0.0, 61.97, "Dough, oven"),
    Chapter(61.97, 3725.4, "A <b> & c --> d"),
    Chapter(3725.4, 4000.0, "x = y; #1 \\ z"),
]


def test_youtube_lists_begin_at_zero_and_have_three_lines():
    assert youtube(THREE) == "0:00:00 Dough, oven\n0:01:01 A b & c -- d\n1:02:05 x = y; #1 \\ z\n"
    assert youtube([*THREE[:2], Chapter(72.0, 90.0, "End")]).splitlines()[2] == "01:12 End"
    with pytest.raises(UnwritableError, match="at least 3 chapters, and this film has 2"):
        youtube(THREE[:2])


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)
def test_without_chapters_no_file_is_written(one):
    with pytest.raises(UnwritableError, match="no clear change of subject"):
        one.write([])


def test_podcast_chapters_have_what_the_specification_requires():
    """Required are `version`, `chapters`, and in these `startTime`: jsonChapters.md of podcast-namespace."""
    found = json.loads(podcast(THREE))
    assert set(found) == {"version", "chapters"}
    assert found["version"] == "1.2.0"
    assert [set(one) for one in found["chapters"]] == [{"startTime", "title"}] * 3
    assert [one["startTime"] for one in found["chapters"]] == [0.0, 61.97, 3725.4]


def test_webvtt_escapes_titles():
    """W3C, WebVTT: text has no `-->`, and neither `<` nor `&` unescaped."""
    blocks = webvtt(THREE).split("\n\n")
    assert blocks[0] == "WEBVTT"
    assert blocks[2].splitlines() == ["2", "00:01:01.970 --> 01:02:05.400", "A &lt;b&gt; &amp; c --&gt; d"]
    assert all(re.fullmatch(r"\d+\n[\d:.]+ --> [\d:.]+\n[^<]+\n?", block) for block in blocks[1:])


@pytest.mark.env("media")
def test_ffmpeg_reads_webvtt_and_its_own_metadata(tmp_path):
    vtt, meta = tmp_path / "a.vtt", tmp_path / "a.ffmetadata"
    vtt.write_text(webvtt(THREE))
    meta.write_text(ffmetadata(THREE))
    film = films.make(
        "-f", "lavfi", "-t", "2", "-i", "anullsrc=r=8000:cl=mono", "-i", vtt, "-f", "ffmetadata", "-i", meta,
        "-map", "0:a", "-map", "1", "-map_chapters", "2", "-c:a", "aac", tmp_path / "film.mkv",
    )  # fmt: skip
    found = films.look(film)
    assert found["chapters"] == [[pytest.approx(one.start), one.title] for one in THREE]
    texts = [text.rpartition(",,")[2].replace("\u2060", "") for _, _, text in found["subtitles"]]
    assert texts == [one.title for one in THREE]
