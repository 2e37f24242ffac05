"""A real-sized film (1920x1080) in each container through demux, shots and mux: a campaign, not in the gate.

    .venv/bin/python -m tests.campaigns.containers [--container mkv|mp4] [FILM ...]

ffmpeg (`ORCHESTRATOR_FFMPEG`, the PATH, the packaged one) makes six seconds with bursts of sound at known
times, and reads them; without FILM, all are made. A line for each film: how far cues and sound are apart in
the new film, its streams, and what it lacks. The exit status is the number of films that failed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.stage_runners import films
from tests.stage_runners.spec import run_stage

SECONDS = 6.0
TIMES = (1.0, 2.5, 4.25)
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25", "-bf", "2")
MPEG2 = ("-c:v", "mpeg2video", "-q:v", "6", "-bf", "2")
FORMATS = {
    "film.mkv": (*X264, "-c:a", "aac"),
    "film.mp4": (*X264, "-c:a", "aac"),
    "film.mov": ("-c:v", "mjpeg", "-q:v", "6", "-pix_fmt", "yuvj420p", "-c:a", "pcm_s16be"),
    "film.avi": ("-c:v", "mpeg4", "-q:v", "6", "-bf", "2", "-c:a", "libmp3lame"),
    "film.ts": (*X264, "-c:a", "mp2"),
    "film.m2ts": (*X264, "-c:a", "pcm_bluray", "-ar", "48000", "-ac", "2", "-mpegts_m2ts_mode", "1"),
    "film.webm": (
        "-c:v",
        "libvpx",
        "-deadline",
        "realtime",
        "-cpu-used",
        "8",
        "-b:v",
        "4M",
        "-c:a",
        "libopus",
    ),
    "film.mpg": (*MPEG2, "-c:a", "mp2", "-f", "mpeg"),
    "film.vob": (*MPEG2, "-c:a", "ac3", "-f", "vob"),
    "film.flv": (*X264, "-c:a", "aac"),
    "film.wmv": ("-c:v", "wmv2", "-b:v", "6M", "-c:a", "wmav2"),
    "film.ogv": ("-c:v", "libtheora", "-q:v", "5", "-c:a", "libvorbis"),
    "film.3gp": (*X264, "-c:a", "aac"),
}
"""Files by name, and the options that encode them."""
SMALL, REAL = "128x72", "1920x1080"


def made(name: str, folder: Path, size: str = REAL) -> Path:
    """One of the films."""
    source = f"testsrc2=s={size}:r=25:d={SECONDS}"
    sound = films.recording(folder / "sound.wav", times=TIMES, seconds=SECONDS)
    return films.make(
        "-f", "lavfi", "-i", source, "-i", sound, "-map", "0", "-map", "1", "-ar", "48000", *FORMATS[name],
        folder / name,
    )  # fmt: skip


def tried(film: Path, folder: Path, container: str) -> tuple[float, list[str], list[str]]:
    """Seconds between cues and sound in the new film, its streams, and its losses.

    `AssertionError` if a stage fails or hears something else.
    """
    done, samples = films.demux(film, folder / "old")
    assert done.returncode == 0, done.stdout + done.stderr
    heard = films.heard(samples)
    assert len(heard) == len(TIMES), heard
    given = films.cues(folder / "cues", [(time, time + 0.5, "Tone") for time in heard])
    out = folder / f"out.{container}"
    done = films.mux(film, given, out, folder / "mux", container=container)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    _, samples = films.demux(out, folder / "new")
    found = films.look(out)
    cues = [start for start, _, _ in found["subtitles"]]
    apart = max(abs(cue - tone) for cue, tone in zip(cues, films.heard(samples), strict=True))
    lost = [line.partition("degraded: ")[2] for line in said.splitlines() if "degraded: " in line]
    return apart, [stream["codec"] for stream in found["streams"]], lost


def main() -> int:
    """Try the films, and print a line for each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--container", choices=("mkv", "mp4"), default="mkv")
    parser.add_argument("films", nargs="*", default=list(FORMATS))
    options = parser.parse_args()
    failed = 0
    for name in options.films:
        with tempfile.TemporaryDirectory() as folder:
            try:
                film = made(name, Path(folder))
                done, _ = run_stage("shots", {"film": film}, Path(folder, "shots"), {}, "media")
                assert done.returncode == 0, done.stdout + done.stderr
                apart, streams, lost = tried(film, Path(folder), options.container)
            except AssertionError as error:
                failed += 1
                print(f"{name} -> {options.container}: FAILED: {str(error).strip()[-600:]}", flush=True)
                continue
        late = " OFF" if apart > 0.08 else ""
        failed += bool(late)
        words = f"{name} -> {options.container}: {apart * 1000:.0f} ms{late}, {' '.join(streams)}"
        print("; ".join([words, *lost]), flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
