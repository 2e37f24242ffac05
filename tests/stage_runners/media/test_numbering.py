"""ffmpeg lists the streams that it decodes and copies; PyAV's tracks are found in that list."""

import pytest

from ipc.errors import StageError
from stage_runners.media import numbering
from stage_runners.media.numbering import matched, number_of, streams
from stage_runners.media.probe import Track

OLD = """
Input #0, mpegts, from 'film.ts':
  Duration: 00:00:06.01, start: 1.429978, bitrate: 929 kb/s
  Program 1
    Metadata:
      service_name    : Service01
  Stream #0:0[0x100]: Video: mpeg2video (Main) ([2][0][0][0] / 0x0002), yuv420p, 64x48, 25 fps
  Stream #0:2[0x102]: Unknown: none ([5][0][0][0] / 0x0005)
  Stream #0:1[0x101](und): Audio: mp2 ([3][0][0][0] / 0x0003), 48000 Hz, mono, fltp, 384 kb/s
At least one output file must be specified
"""
"""By ffmpeg 5.1, the streams in another order, as programmes may list them."""


def track(index, kind, coding, own=0):
    return Track(index=index, number=0, type=kind, codec=coding, coding=coding, id=own)


def test_the_list_has_numbers_ids_types_formats_and_marks_in_order():
    assert [tuple(one) for one in streams(OLD)] == [
        (0, 0x100, "video", "mpeg2video", "0x0002"),
        (1, 0x101, "audio", "mp2", "0x0003"),
        (2, 0x102, "unknown", "none", "0x0005"),
    ]
    assert streams(OLD)[2].words() == "unknown stream 2 (private sections)"
    camera = "  Stream #0:3[0x4](eng): Data: none (gpmd / 0x646D7067), 45 kb/s (default)\n"
    assert streams(camera)[0].name == "format gpmd"


def test_an_old_ffmpeg_that_lists_a_stream_once_gets_its_own_numbers():
    """A newer libavformat lists private sections twice, and what follows them one number later."""
    tracks = [
        track(0, "video", "mpeg2video", 0x100), track(1, "data", "", 0x102), track(2, "unknown", "", 0x102),
        track(3, "audio", "mp2", 0x101),
    ]  # fmt: skip
    assert matched(tracks, streams(OLD)) == {0: 0, 2: 2, 3: 1}


def test_without_ids_a_picture_that_ffmpeg_does_not_know_has_no_number():
    tracks = [track(0, "video", "webp"), track(1, "audio", "flac"), track(2, "subtitle", "subrip")]
    listing = "  Stream #0:0: Audio: flac, 44100 Hz\n  Stream #0:1(eng): Subtitle: subrip (srt)\n"
    assert matched(tracks, streams(listing)) == {1: 0, 2: 1}


def test_a_picture_that_one_calls_an_attachment_has_its_number():
    tracks = [track(0, "audio", "flac"), track(1, "attachment", "")]
    listing = "  Stream #0:0: Audio: flac, 44100 Hz\n  Stream #0:1: Video: webp, 96x96 (attached pic)\n"
    assert matched(tracks, streams(listing)) == {0: 0, 1: 1}


def test_a_track_that_this_ffmpeg_does_not_read_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_FFMPEG", "/old/ffmpeg")
    with pytest.raises(StageError, match=r"film.mkv: /old/ffmpeg does not read audio track 0 \(new, aac\)"):
        number_of(Track(index=1, number=0, type="audio", codec="aac", language="new"), tmp_path / "film.mkv")


def test_the_clock_and_the_names_are_ffmpeg_s(tmp_path, monkeypatch):
    from stage_runners.media.probe import Film

    own = (track(0, "video", "mpeg2video", 0x100), track(1, "audio", "mp2", 0x101))
    unknown = Track(index=2, number=0, type="unknown", codec="unknown", id=0x102)
    film = Film(format="mpegts", start=1.4, seconds=6.0, tracks=(*own, unknown))
    monkeypatch.setattr(numbering, "probe", lambda path: film)
    monkeypatch.setattr(numbering, "_listing", lambda path, program: OLD)
    found = numbering.film_of(tmp_path, "ffmpeg")
    assert found.start == 1.429978
    assert [(t.at, t.codec) for t in found.tracks] == [
        (0, "mpeg2video"), (1, "mp2"), (2, "private sections"),
    ]  # fmt: skip
    assert found.unseen == ()
