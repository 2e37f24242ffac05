"""The stage burn draws each cue only while it is shown, copies audio, and reports missing letters."""

import os
import subprocess

import numpy as np
import pytest

from tests.stage_runners import films
from tests.stage_runners.mux import whole_film
from tests.stage_runners.spec import ROOT, python_of

pytestmark = pytest.mark.env("media")
SPANS = [(1.0, 2.0, "Hello there"), (3.2, 4.0, "Good: 'bye', [you]")]
SECONDS = 5


def grey(folder, name, *options, size="320x240", audio=("-c:a", "aac")):
    """A film of nothing but grey, at 25 pictures a second."""
    sound = films.recording(folder / "sound.wav", (0.5,), SECONDS)
    return films.make(
        "-f", "lavfi", "-i", f"color=0x404040:s={size}:r=25:d={SECONDS}", "-i", sound, "-c:v", "libx264",
        "-preset",
        "ultrafast", *audio, *options, folder / name,
    )  # fmt: skip


def burned(film, folder, spans=SPANS, container="mkv", **params):
    given = films.cues(folder / "cues", spans, params.pop("speaks", "en"))
    out = folder / f"burned.{container}"
    done = films.burn(film, given, out, folder / "a folder: 'with', [signs];", container=container, **params)
    return out, done.returncode, done.stdout + done.stderr


def brightness(path, shape=(240, 320)):
    """The brightest part of every picture, as it comes, of shape (pictures,), 0 to 255; and all pictures."""
    raw = subprocess.run(
        [films.ffmpeg(), "-v", "error", "-i", path, "-map", "0:v:0", "-f", "rawvideo", "-pix_fmt", "gray",
        "-fps_mode", "passthrough", "-"],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    pictures = np.frombuffer(raw, np.uint8).reshape(-1, *shape)
    return pictures.max(axis=(1, 2)), pictures


@pytest.mark.parametrize(
    ("name", "container", "options"),
    [("film.mkv", "mkv", ()), ("film.mp4", "mp4", ()), ("late.ts", "mkv", ("-output_ts_offset", "3700"))],
)
def test_cues_are_burned_in_at_their_times_and_the_sound_is_copied(tmp_path, name, container, options):
    film = grey(tmp_path, name, *options)
    out, status, said = burned(film, tmp_path, container=container)
    assert status == 0, said
    light, _ = brightness(out)
    assert len(light) == SECONDS * 25
    shown = [any(start <= k / 25 < end for start, end, _ in SPANS) for k in range(len(light))]
    wrong = [k for k, (bright, there) in enumerate(zip(light > 180, shown, strict=True)) if bright != there]
    # AAC's head start moves a Matroska film by part of a picture.
    assert all(min(abs(k - edge * 25) for span in SPANS for edge in span[:2]) <= 1 for k in wrong), wrong
    kinds = [(s["type"], s["codec"]) for s in whole_film.everything(out)["streams"]]
    assert kinds == [("video", "h264"), ("audio", "aac")]
    if name != "late.ts":  # there the headers of the sound move into the container
        assert [h for h in whole_film.hashes(out) if h[0] == "a"] == [
            h for h in whole_film.hashes(film) if h[0] == "a"
        ]
    assert "fonts: " in said


@pytest.mark.parametrize(("name", "options"), [("film.mkv", ()), ("late.ts", ("-output_ts_offset", "3700"))])
def test_an_excerpt_is_burned_with_the_cues_of_the_excerpt_and_its_sound(tmp_path, name, options):
    film = grey(tmp_path, name, *options)
    out, status, said = burned(film, tmp_path, [(0.5, 1.5, "In the excerpt")], clip="2-4.5")
    assert status == 0, said
    light, _ = brightness(out)
    assert abs(len(light) - 2.5 * 25) <= 1
    lit = np.flatnonzero(light > 180) / 25
    assert lit[0] == pytest.approx(0.5, abs=0.05)
    assert lit[-1] == pytest.approx(1.5, abs=0.08)
    assert [s["type"] for s in whole_film.everything(out)["streams"]] == ["video", "audio"]


def test_sound_that_the_container_cannot_hold_is_written_without_loss(tmp_path):
    sound = ("-c:a", "pcm_bluray", "-ar", "48000", "-ac", "2", "-mpegts_m2ts_mode", "1", "-t", "2")
    out, status, said = burned(grey(tmp_path, "disc.m2ts", audio=sound), tmp_path, SPANS[:1])
    assert status == 0, said
    kinds = [(s["type"], s["codec"]) for s in whole_film.everything(out)["streams"]]
    assert kinds == [("video", "h264"), ("audio", "pcm_s16le")]
    assert "written_without_loss = ['audio track 0 (pcm_bluray, stereo) as PCM']" in said


def test_letters_keep_their_width_with_non_square_pixels(tmp_path):
    def width(film, shape):
        _, pictures = brightness(burned(film, tmp_path / film.stem, SPANS[:1])[0], shape)
        return np.ptp(np.flatnonzero((pictures[30] > 150).any(axis=0)))

    square = width(grey(tmp_path, "a.mkv"), (240, 320))
    narrow = grey(tmp_path, "b.mkv", "-vf", "setsar=2", size="160x240")
    assert width(narrow, (240, 160)) * 2 == pytest.approx(square, rel=0.08)
    if films.knows("display_rotation"):
        flat = grey(tmp_path, "c.mkv", "-vf", "setsar=1/2", size="240x160")
        turned = films.make("-display_rotation", "90", "-i", flat, "-c", "copy", tmp_path / "d.mp4")
        assert width(turned, (240, 160)) * 2 == pytest.approx(square, rel=0.08)


def test_an_hdr_film_stays_hdr_and_its_letters_are_not_too_bright(tmp_path):
    curve = ("-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc")
    film = films.make(
        "-f", "lavfi", "-i", "color=0x404040:s=320x240:r=25:d=3,format=yuv420p10le,"
        "setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc", "-c:v", "libx265",
        "-preset", "ultrafast",
        "-x265-params", "log-level=error", *curve, tmp_path / "hdr.mkv",
    )  # fmt: skip
    out, status, said = burned(film, tmp_path, SPANS[:1])
    assert status == 0, said
    assert "picture = 320x240, 10 bits, PQ" in said
    look = (
        "import av, sys; f = next(av.open(sys.argv[1]).decode(video=0)); "
        "print(f.format.name, int(f.color_trc), int(f.color_primaries), int(f.colorspace))"
    )
    done = subprocess.run([python_of("media"), "-c", look, out], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["yuv420p10le", "16", "9", "9"]
    assert 110 < brightness(out)[0].max() < 175


def test_letters_without_a_font_are_reported(tmp_path):
    film = grey(tmp_path, "film.mkv")
    _, status, said = burned(film, tmp_path, [(1.0, 2.0, "Hello \ue123 and \uf0f0")])
    assert status == 0, said
    assert "degraded: no installed font has 2 of the letters (\ue123 \uf0f0)" in said
    assert "letters_without_font = 2" in said


def test_without_speech_the_video_is_copied(tmp_path):
    film = grey(tmp_path, "film.mkv")
    out, status, said = burned(film, tmp_path, [], speaks="und")
    assert status == 0, said
    assert whole_film.hashes(out) == whole_film.hashes(film)


def test_audio_only_and_a_missing_language_are_rejected_with_a_message(tmp_path):
    wave = films.recording(tmp_path / "sound.wav")
    _, status, said = burned(wave, tmp_path)
    assert status != 0
    assert "sound.wav: no video to burn subtitles into" in said
    _, status, said = burned(grey(tmp_path, "film.mkv"), tmp_path, language="de")
    assert status != 0
    assert "--burn-in de: no subtitles in this language; the film is in en" in said


def test_an_ffmpeg_without_libass_is_skipped_or_reported_if_there_is_no_other(tmp_path):
    poor = tmp_path / "ffmpeg"
    poor.write_text("#!/bin/sh\necho ' V..... libx264 H.264 / AVC'\n")
    poor.chmod(0o755)
    code = (
        "import sys; from stage_runners.burn import fonts as b\n"
        "rich = b.programs()[-1]\n"
        "print(b.program([sys.argv[1], rich], 'libx264') == rich)\n"
        "b.program([sys.argv[1]], 'libx264')"
    )
    done = subprocess.run(
        [python_of("media"), "-P", "-c", code, poor],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == "True"
    assert f"subtitles cannot be burned in: {poor} lacks libass" in done.stderr
