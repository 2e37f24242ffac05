"""Guessed lengths announce nothing, cut files are reported, and clips lie where the film has them."""

import re
import struct
import subprocess

import pytest

from stage_runners.media.lengths import announced_bytes, unfinished
from tests.stage_runners import films
from tests.stage_runners.spec import run_stage

env = pytest.mark.env("media")
NOISE = ("-f", "lavfi", "-i", "anoisesrc=d=8:a=0.3:r=44100:seed=1")
"""8 s of noise after 12 s with little sound: the rate of the first frames is not that of the others."""


def guessed(folder, name):
    """A file whose length libavformat can only guess: silence with bursts, then noise."""
    wave = films.recording(folder / "sound.wav")
    join = "[0:a]aresample=44100[a];[a][1:a]concat=n=2:v=0:a=1"
    how = {
        "mp3": ("-c:a", "libmp3lame", "-q:a", "2", "-write_xing", "0", "-id3v2_version", "0"),
        "aac": ("-c:a", "aac", "-b:a", "96k", "-f", "adts"),
        "ac3": ("-c:a", "ac3", "-b:a", "96k"),
        "mka": ("-c:a", "pcm_s16le", "-live", "1"),
    }[name.partition(".")[2]]
    return films.make("-i", wave, *NOISE, "-filter_complex", join, *how, folder / name)


def complaint(done):
    return "degraded" in done.stdout + done.stderr


@env
@pytest.mark.parametrize("name", ["vbr.mp3", "bare.aac", "raw.ac3", "live.mka"])
def test_a_guessed_length_announces_nothing_and_a_clip_is_taken_wherever_the_film_is(tmp_path, name):
    film = guessed(tmp_path, name)
    done, samples = films.demux(film, tmp_path / "out")
    assert not complaint(done), done.stdout + done.stderr
    assert len(samples) / films.LISTEN == pytest.approx(20, abs=0.1)
    _, clip = films.demux(film, tmp_path / "clip", clip="6-19")
    assert films.heard(clip[: 5 * films.LISTEN]) == pytest.approx([1.0, 3.5], abs=0.03)
    beyond, _ = films.demux(film, tmp_path / "beyond", clip="25-30")
    assert re.search(r"--clip: starts at 25 s, but .* ends before", beyond.stdout + beyond.stderr)


@env
def test_the_frames_that_an_avi_header_counts_wrongly_are_not_missed(tmp_path):
    source = films.film(tmp_path, "source.mkv", audio=("-c:v", "mpeg4", "-c:a", "libmp3lame"))
    # Written to a pipe, as by a program that was killed: the numbers in the header are never corrected.
    command = [films.ffmpeg(), "-v", "error", "-i", source, "-c", "copy", "-f", "avi", "pipe:1"]
    film = tmp_path / "film.avi"
    film.write_bytes(subprocess.run(command, capture_output=True, check=True).stdout)
    done, samples = films.demux(film, tmp_path / "out")
    assert not complaint(done), done.stdout + done.stderr
    assert len(samples) / films.LISTEN == pytest.approx(films.SECONDS, abs=0.1)


@env
def test_a_live_recording_that_begins_late_on_its_clock_does_not_end_early(tmp_path):
    late = ("-output_ts_offset", "1000", "-flvflags", "no_duration_filesize")
    film = films.film(tmp_path, "film.flv", audio=("-c:a", "aac"), more=late)
    given = films.cues(tmp_path, [(1.0, 2.0, "One")])
    done = films.mux(film, given, tmp_path / "out.mkv", tmp_path / "mux")
    assert done.returncode == 0, done.stderr
    assert not complaint(done), done.stdout + done.stderr


@env
def test_what_ffmpeg_says_of_packets_that_are_dropped_is_no_error_of_the_film(tmp_path):
    how = ("-c:v", "mpeg2video", "-bf", "2", "-c:a", "ac3", "-f", "vob")
    done, _ = films.demux(films.film(tmp_path, "film.vob", audio=how), tmp_path / "out")
    assert "reported" not in done.stdout + done.stderr


@env
@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("film.mkv", ()),
        ("film.mp4", ("-movflags", "+faststart")),
        ("film.mp4", ("-movflags", "frag_keyframe+empty_moov")),
        ("film.avi", ()),
        ("film.wav", ()),
        ("film.mp3", ()),
    ],
)
def test_a_file_that_was_cut_off_is_reported(tmp_path, name, more):
    audio = ("-c:a", "aac") if name.endswith("mp4") else ()
    picture = () if name.endswith(("wav", "mp3")) else ("-c:v", "mpeg4", "-g", "25")
    source = films.film(tmp_path, "source.mkv")
    whole = films.make("-i", source, *picture, *audio, *more, tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) * 6 // 10])
    done, _ = films.demux(tmp_path / name, tmp_path / "out")
    assert f"{name} ends early: only" in done.stdout + done.stderr


def test_a_size_is_announced_by_chunks_and_boxes(tmp_path):
    def of(content):
        (tmp_path / "file").write_bytes(content)
        return announced_bytes(tmp_path / "file")

    body = bytes(20_000)
    assert of(struct.pack("<4sI", b"RIFF", 20_000) + body) is None
    assert of(struct.pack("<4sI", b"RIFF", 40_000) + body) == 40_008
    assert of(struct.pack("<4sI", b"RIFF", 0xFFFFFFFF) + body) is None
    box = struct.pack(">I4sQ", 16, b"ftyp", 0)
    assert of(box + struct.pack(">I4sQ", 1, b"mdat", 90_000) + body) == 90_016
    assert of(box + struct.pack(">I4sQ", 0, b"mdat", 0) + body) is None
    assert of(b"\xff\xfb" * 10_000) is None


def test_an_mp4_without_its_index_is_told_as_such(tmp_path):
    def of(content):
        (tmp_path / "film.mp4").write_bytes(content)
        return " ".join(unfinished(tmp_path / "film.mp4"))

    head, body = struct.pack(">I4sQ", 16, b"ftyp", 0), bytes(20_000)
    media = struct.pack(">I4sQ", 1, b"mdat", 20_016) + body
    assert "cut off: the file should have more than 0.1 MB" in of(
        head + struct.pack(">I4sQ", 1, b"mdat", 90_000) + body
    )
    assert "(moov) was not written" in of(head + struct.pack(">I4sQ", 0, b"mdat", 0) + body)
    assert "(moov) was not written" in of(head + media)
    assert not of(head + media + struct.pack(">I4sQ", 16, b"moov", 0)).strip()
    assert not of(b"RIFF" + body).strip()


def twice(folder, name, *how):
    """One recording twice in one file: the time stamps begin anew in the middle."""
    part = films.film(folder, f"part.{name}", audio=how)
    (folder / name).write_bytes(part.read_bytes() * 2)
    return folder / name


@env
@pytest.mark.parametrize(
    ("name", "how", "apart"),
    [
        ("film.ts", ("-c:v", "copy", "-c:a", "mp2"), 12.0),
        ("film.vob", ("-c:v", "mpeg2video", "-c:a", "mp2"), 12.0),
        ("film.ogg", ("-vn", "-c:a", "libopus"), 12.0),
    ],
)
def test_a_clip_lies_where_the_whole_film_has_it_though_its_clock_begins_anew(tmp_path, name, how, apart):
    film = twice(tmp_path, name, *how)
    done, samples = films.demux(film, tmp_path / "out")
    assert not complaint(done), done.stdout + done.stderr
    whole = films.heard(samples)
    assert whole == pytest.approx([t + k * apart for k in (0, 1) for t in films.BURSTS], abs=0.06)
    clip = films.heard(films.demux(film, tmp_path / "clip", clip="14-20")[1])
    assert [14 + time for time in clip] == pytest.approx([t for t in whole if 14 < t < 20], abs=0.03)
    beyond, _ = films.demux(film, tmp_path / "beyond", clip="60-70")
    assert "--clip: starts at 60 s, but" in beyond.stdout + beyond.stderr


@env
def test_a_clip_over_the_wrap_of_the_transport_streams_clock_is_on_time(tmp_path):
    film = films.film(
        tmp_path, "wrap.ts", audio=("-c:v", "copy", "-c:a", "mp2"),
        more=("-output_ts_offset", 2**33 / 90_000 - 5, "-muxdelay", "0"),
    )  # fmt: skip
    whole = films.heard(films.demux(film, tmp_path / "out")[1])
    assert whole == pytest.approx(films.BURSTS, abs=0.06)
    clip = films.heard(films.demux(film, tmp_path / "clip", clip="3-11")[1])
    assert [3 + time for time in clip] == pytest.approx([t for t in whole if 3 < t < 11], abs=0.03)


@env
def test_shots_of_a_clip_in_the_second_recording_can_be_decoded(tmp_path):
    film = twice(tmp_path, "film.ts", "-c:v", "copy", "-c:a", "mp2")
    done, _ = run_stage("shots", {"film": film}, tmp_path / "out", {"clip": "14-20"}, "media")
    text = done.stdout + done.stderr
    assert done.returncode == 0, text
    assert "cannot be decoded" not in text
    assert "error" not in text.lower()


@env
def test_the_new_film_of_such_a_clip_has_its_picture_sound_and_subtitles_together(tmp_path):
    film = twice(tmp_path, "film.ts", "-c:v", "copy", "-c:a", "mp2")
    given = films.cues(tmp_path / "cues", [(0.5, 1.0, "One"), (2.25, 3.0, "Two"), (5.0, 5.5, "Three")])
    done = films.mux(film, given, tmp_path / "new.mkv", tmp_path / "mux", clip="14-20")
    assert done.returncode == 0, done.stdout + done.stderr
    found = films.look(tmp_path / "new.mkv")
    assert [s["type"] for s in found["streams"]] == ["video", "audio", "subtitle"]
    heard = films.heard(films.demux(tmp_path / "new.mkv", tmp_path / "out")[1])
    assert [cue[0] for cue in found["subtitles"]] == pytest.approx(heard[-3:], abs=0.05)
