"""shots finds cuts to the frame, on the film's clock, and none in what only moves, flashes or fades."""

from __future__ import annotations

import numpy as np
import pytest

from ipc.artifacts import read
from stage_runners.shots.cuts import HEIGHT, WIDTH, cuts
from tests.stage_runners import films
from tests.stage_runners.spec import run_stage

RATE = 24
env = pytest.mark.env("media")


def scene(seed, width=WIDTH, height=HEIGHT):
    """A picture with structure: smoothed noise in three planes, uint8 of shape (3, height, width)."""
    noise = np.random.default_rng(seed).normal(size=(3, height // 4 + 2, width // 4 + 2))
    large = noise.repeat(4, axis=1).repeat(4, axis=2)[:, :height, :width]
    return (128 + 50 * large).clip(0, 255).astype(np.uint8)


def film(*parts):
    """Frames at 24 a second."""
    return [(k / RATE, picture) for k, picture in enumerate(p for part in parts for p in part)]


def numbers(frames):
    return [round(time * RATE) for time, _ in cuts(frames)]


def test_cuts_are_found_at_the_first_frame_of_the_new_shot():
    assert numbers(film([scene(1)] * 30, [scene(2)] * 17, [scene(3)] * 40)) == [30, 47]


def test_a_shot_of_a_third_of_a_second_counts_and_a_flash_of_two_frames_does_not():
    white = np.full((3, HEIGHT, WIDTH), 235, np.uint8)
    assert numbers(film([scene(1)] * 30, [scene(2)] * 8, [scene(1)] * 30)) == [30, 38]
    assert numbers(film([scene(1)] * 30, [white] * 2, [scene(1)] * 30)) == []
    assert numbers(film([scene(1)] * 30, [scene(2)] * 3, [scene(1)] * 30)) == []


def test_a_pan_is_not_a_cut():
    wide = scene(4, width=WIDTH * 6)
    assert numbers(film([wide[:, :, 4 * k : 4 * k + WIDTH] for k in range(75)])) == []


def test_a_light_switched_on_is_not_a_cut():
    dark = (scene(5) // 4).astype(np.uint8)
    assert numbers(film([dark] * 30, [scene(5)] * 30)) == []


def test_a_fade_and_a_dissolve_are_not_cuts():
    one, other = scene(6).astype(float), scene(7).astype(float)
    mixed = [((1 - a) * one + a * other).astype(np.uint8) for a in np.linspace(0, 1, 24)]
    faded = [(a * one).astype(np.uint8) for a in np.linspace(1, 0, 18)]
    assert numbers(film([scene(6)] * 20, mixed, [scene(7)] * 20)) == []
    assert numbers(film([scene(6)] * 20, faded, faded[::-1], [scene(6)] * 20)) == []


def test_a_cut_to_black_and_back_counts_on_both_sides():
    black = np.stack([np.full((HEIGHT, WIDTH), v, np.uint8) for v in (16, 128, 128)])
    assert numbers(film([scene(1)] * 30, [black] * 20, [scene(2)] * 30)) == [30, 50]


def test_a_cut_in_dark_and_grainy_video_is_found():
    rng = np.random.default_rng(8)

    def grain(picture, count):
        return [(picture // 3 + rng.integers(0, 7, picture.shape)).astype(np.uint8) for _ in range(count)]

    assert numbers(film(grain(scene(1), 30), grain(scene(2), 30))) == [30]


def test_a_frame_that_mixes_both_shots_hides_no_cut():
    """As where two fields make a frame, or a change of rate blends two."""
    mixed = ((scene(1).astype(int) + scene(2)) // 2).astype(np.uint8)
    assert numbers(film([scene(1)] * 30, [mixed], [scene(2)] * 30)) == [30]


def test_an_empty_film_has_no_cuts_and_a_very_short_one_can_have_one():
    assert numbers([]) == []
    assert numbers(film([scene(1)])) == []
    assert numbers(film([scene(1)] * 2, [scene(2)] * 2)) == [2]


CUTS = (31, 60, 97)
FRAMES = 130
ON_TIME = 0.0011
"""Matroska's clock ticks in milliseconds."""


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    """Four shots at 24 frames per second, cuts at `CUTS`, 64 x 36, a key frame per second, and bursts."""
    folder = tmp_path_factory.mktemp("shots")
    ends = (*CUTS, FRAMES)
    shots = [scene(k) for k, (a, b) in enumerate(zip((0, *CUTS), ends, strict=True)) for _ in range(a, b)]
    (folder / "raw").write_bytes(b"".join(shot.tobytes() for shot in shots))
    return films.make(
        "-f", "rawvideo", "-s", f"{WIDTH}x{HEIGHT}", "-pix_fmt", "yuv444p", "-r", RATE, "-i", folder / "raw",
        "-f", "lavfi", "-i", "sine=440:d=5.4", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset",
        "ultrafast",
        "-g", RATE, "-c:a", "flac", folder / "film.mkv",
    )  # fmt: skip


def shots(path, folder, **params):
    """Run the stage on a film; returns the process, the times, and the artifact."""
    folder.mkdir(parents=True, exist_ok=True)
    done, out = run_stage("shots", {"film": path}, folder, params, "media")
    assert done.returncode == 0, done.stderr + done.stdout
    found = read(out / "shots.parquet", "shots")
    return done, [row["time"] for row in found.rows()], found


def at(*frames, rate=RATE):
    return pytest.approx([frame / rate for frame in frames], abs=ON_TIME)


@env
def test_cuts_have_the_times_of_their_frames_in_every_container(picture, tmp_path):
    """What AAC puts before the sound begins an MPEG-TS, and so the clock that a player shows."""
    for name, late in (("film.mkv", 0.0), ("film.mp4", 0.0), ("film.ts", 1024 / 44100)):
        made = films.make("-i", picture, "-c:v", "copy", "-c:a", "aac", tmp_path / name)
        _, times, found = shots(made, tmp_path / name.replace(".", "-"))
        assert times == pytest.approx([late + c / RATE for c in CUTS], abs=ON_TIME), name
        assert found.content["frame_rate"] == pytest.approx(RATE, rel=0.001)


@env
def test_cuts_follow_a_delayed_video_and_the_clock_of_a_clip(picture, tmp_path):
    late = films.make(
        "-itsoffset", "1.5", "-i", picture, "-i", picture, "-map", "0:v", "-map", "1:a", "-c", "copy",
        tmp_path / "late.mkv",
    )  # fmt: skip
    assert shots(late, tmp_path / "late")[1] == pytest.approx([1.5 + c / RATE for c in CUTS], abs=ON_TIME)
    assert shots(late, tmp_path / "clip", clip="3.0-5.0")[1] == pytest.approx(
        [1.5 + CUTS[1] / RATE - 3.0], abs=ON_TIME
    )


@env
def test_cuts_have_the_times_of_their_frames_at_a_variable_frame_rate(picture, tmp_path):
    """Behind the second cut every second frame is gone."""
    made = films.make(
        "-i", picture, "-vf", f"select='lt(n,{CUTS[1] + 1})+mod(n,2)'", "-fps_mode", "vfr", "-c:v", "libx264",
        "-preset", "ultrafast", "-an", tmp_path / "vfr.mkv",
    )  # fmt: skip
    assert shots(made, tmp_path / "out")[1] == at(*CUTS)


@env
def test_cuts_are_found_in_interlaced_films(picture, tmp_path):
    made = films.make(
        "-i", picture, "-vf", "scale=128:96,interlace", "-c:v", "mpeg2video", "-flags", "+ilme+ildct",
        "-b:v", "3M",
        "-an", tmp_path / "fields.mpg",
    )  # fmt: skip
    found = shots(made, tmp_path / "out")[1]
    assert found == pytest.approx([c / RATE for c in CUTS], abs=2 / RATE)


@env
def test_audio_files_and_cover_art_have_no_cuts(picture, tmp_path):
    sound = films.make("-i", picture, "-vn", "-c:a", "flac", tmp_path / "sound.mka")
    cover = films.make("-i", picture, "-frames:v", "1", tmp_path / "cover.jpg")
    song = films.make(
        "-i", sound, "-i", cover, "-map", "0", "-map", "1", "-c", "copy", "-disposition:v", "attached_pic",
        tmp_path / "song.flac",
    )  # fmt: skip
    for path in (sound, song):
        _, times, found = shots(path, tmp_path / path.stem)
        assert times == []
        assert found.content["frame_rate"] == 0
        assert found.provenance["method"] == "no picture"
        assert not found.provenance["degraded"]


@env
def test_a_truncated_film_is_marked_with_the_end_of_its_picture(picture, tmp_path):
    whole = films.make(
        "-i", picture, "-c:v", "copy", "-c:a", "aac", "-movflags", "+faststart", tmp_path / "whole.mp4"
    )
    torn = tmp_path / "torn.mp4"
    torn.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    _, times, found = shots(torn, tmp_path / "out")
    assert times
    assert times == at(*CUTS[: len(times)])
    assert "of 5 s" in found.provenance["degraded"][0]
    assert "ends at" in found.provenance["degraded"][0]


@env
def test_a_picture_that_cannot_be_decoded_costs_the_cuts_and_not_the_run(picture, tmp_path):
    made = films.make("-i", picture, "-c:v", "mpeg4", "-an", tmp_path / "odd.avi")
    made.write_bytes(made.read_bytes().replace(b"FMP4", b"ZZZZ"))
    _, times, found = shots(made, tmp_path / "out")
    assert times == []
    assert found.provenance["method"] == "picture not readable"
    assert "cannot be decoded" in found.provenance["degraded"][0]
