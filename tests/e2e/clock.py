"""Run in the media environment: make films with clicks at known times, and say where demux and mux put them.

`python -P clock.py FOLDER FFMPEG` prints a JSON object:
film -> {"expected", "heard", "digest", "shown", "heard_in_new", "same_bytes"}.
"""

from __future__ import annotations

import json
import subprocess
import sys
import wave
from itertools import pairwise
from pathlib import Path

import numpy as np

from ipc.artifacts import open_audio, write
from ipc.context import Context
from ipc.protocol import Load, Run
from stage_runners.media import demux
from stage_runners.media.probe import head_start, probe
from stage_runners.media.stage import DEMUX
from stage_runners.mux import runner

CLICKS = [1.0, 2.5, 4.0, 7.25]
LATE = [time + 2.5 for time in CLICKS]
PICTURE = ["-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=10"]
CODECS = [
    "-map",
    "0:v",
    "-map",
    "1:a",
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-c:a",
    "aac",
    "-b:a",
    "96k",
]
COPY = ["-map", "0", "-c", "copy"]
SOUND = ["-i", "clicks.wav"]
FILMS = {
    "plain.mkv": (CLICKS, [*PICTURE, *SOUND, *CODECS]),
    "plain.mp4": (CLICKS, ["-i", "plain.mkv", *COPY]),
    "plain.ts": (CLICKS, ["-i", "plain.mp4", *COPY]),
    "tags.mkv": (CLICKS, ["-i", "plain.mkv", *COPY, "-metadata", "title=Another"]),
    "order.mkv": (CLICKS, ["-i", "plain.mkv", "-map", "0:a", "-map", "0:v", "-c", "copy"]),
    "gap.mkv": (CLICKS, ["-i", "plain.mkv", *COPY, "-bsf:a", "noise=drop=between(n\\,150\\,180)"]),
    "late.mkv": (LATE, [*PICTURE, "-itsoffset", "2.5", *SOUND, *CODECS]),
    "late.mp4": (LATE, [*PICTURE, "-itsoffset", "2.5", *SOUND, *CODECS]),
    "late.ts": (LATE, [*PICTURE, "-itsoffset", "2.5", *SOUND, *CODECS]),
    "picture_late.mp4": (CLICKS, ["-itsoffset", "1.6", *PICTURE, *SOUND, *CODECS]),
    "hours.ts": (CLICKS, [*PICTURE, *SOUND, *CODECS, "-output_ts_offset", "3700"]),
    "sound.flac": (CLICKS, SOUND),
    "sound.wav": (CLICKS, SOUND),
}


def clicks(path: Path, rate: int = 48_000) -> None:
    sound = np.zeros(10 * rate, np.int16)
    for time in CLICKS:
        at, k = round(time * rate), np.arange(rate // 50)
        sound[at : at + len(k)] = 20_000 * np.sin(2 * np.pi * 1000 * k / rate)
    with wave.open(str(path), "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(rate)
        stream.writeframes(sound.tobytes())


def context(stage: str, params: dict, outputs: dict, folder: Path, destination: str = "") -> Context:
    folder.mkdir(exist_ok=True)
    run = Run(
        job="t", params=params, inputs={}, outputs=outputs, output_dir=str(folder), destination=destination
    )
    return Context(stage, 1, Load(params={}, device="cpu"), run, lambda event: None)


def listen(film: Path, folder: Path) -> tuple[list[float], str]:
    params = {"audio_track": None, "language": None, "clip": None}
    told = context("demux", params, {one.name: {"kind": one.kind} for one in DEMUX.outputs}, folder)
    demux.run(None, {"film": film}, told)
    told.clean()
    audio = open_audio(folder / "audio.arrow")
    loud = np.flatnonzero(np.abs(audio.float32()) > 0.15)
    first = [loud[0], *(b for a, b in pairwise(loud) if b - a > 1600)]
    return [float(sample) / audio.sample_rate for sample in first], audio.digest


def subtitle(film: Path, times: list[float], folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    rows = len(times)
    cues = {"index": list(range(1, rows + 1)), "start": times, "end": [t + 0.5 for t in times]}
    cues |= {"text": ["x"] * rows, "speakers": [[]] * rows, "segments": [[0]] * rows, "flags": [[]] * rows}
    write(folder / "cues.parquet", "cues", cues, {"language": "en"})
    stamp = lambda t: f"00:00:{int(t):02d},{round(t % 1 * 1000):03d}"  # noqa: E731
    (folder / "s.srt").write_text(
        "".join(f"{k + 1}\n{stamp(t)} --> {stamp(t + 0.5)}\nx\n\n" for k, t in enumerate(times))
    )
    new = folder / name
    params = {"container": new.suffix[1:], "clip": None}
    told = context("mux", params, {"film": {"kind": "file", "external": True}}, folder, str(new))
    runner.run(
        None, {"film": film, "cues": folder / "cues.parquet", "srt": folder / "s.srt", "ass": folder}, told
    )
    told.clean()
    return new


def shown(film: Path) -> list[float]:
    import av

    with av.open(str(film)) as container:
        start = (container.start_time or 0) / 1e6
        empty = 2 if film.suffix == ".mp4" else 0
        packets = container.demux(container.streams.subtitles[0])
        return [float(p.pts * p.time_base) - start for p in packets if p.pts is not None and p.size > empty]


def shift(film: Path) -> float:
    """When the picture begins on the film's clock; some muxers delay all streams by the codec's priming."""
    found = probe(film)
    pictures = [track for track in found.of("video") if track.start is not None]
    return pictures[0].start - found.start - head_start(found) if pictures else 0.0


def main(folder: Path, ffmpeg: str) -> None:
    clicks(folder / "clicks.wav")
    found = {}
    for name, (expected, arguments) in FILMS.items():
        quiet = [ffmpeg, "-nostdin", "-loglevel", "error", "-y"]
        subprocess.run([*quiet, *arguments, name], cwd=folder, check=True)
        film = folder / name
        before = film.read_bytes()
        heard, digest = listen(film, folder / "heard")
        kind = "mp4" if film.suffix == ".mp4" else "mkv"
        news = [subtitle(film, heard, folder / "new", f"{k}.{kind}") for k in range(2)]
        found[name] = {
            "expected": [time + (shift(film) if name != "picture_late.mp4" else 0.0) for time in expected],
            "heard": heard,
            "digest": digest,
            "shown": shown(news[0]),
            "heard_in_new": [
                time + head_start(probe(news[0])) for time in listen(news[0], folder / "again")[0]
            ],
            "same_bytes": news[0].read_bytes() == news[1].read_bytes(),
            "untouched": film.read_bytes() == before,
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
