"""Films made for tests: bursts of sound and flashes of light at known times, by the stages' ffmpeg."""

from __future__ import annotations

import json
import os
import subprocess
import wave
from functools import cache

import numpy as np

from ipc.artifacts import open_audio, write
from orchestrator.stages.catalog import STAGES
from tests.stage_runners import processes
from tests.stage_runners.spec import python_of, run_stage

RATE = 48_000
BURSTS = (1.0, 2.5, 4.25, 7.0, 9.5)
"""Seconds at which a burst of 10 ms has its middle."""
SECONDS = 12.0
LISTEN = 16_000


def burst(rate):
    """10 ms of 3 kHz under a Hann window, loudest in the middle."""
    time = np.arange(round(0.01 * rate)) / rate
    return np.hanning(len(time)) * np.cos(2 * np.pi * 3000 * (time - time.mean()))


def ffmpeg():
    """The ffmpeg of the media environment, by the rule of the stages."""
    return _ffmpeg(os.environ.get("ORCHESTRATOR_FFMPEG"))


@cache
def _ffmpeg(_of_the_user):
    code = "from stage_runners.media.ffmpeg import executable; print(executable())"
    done = subprocess.run(
        [python_of("media"), "-P", "-c", code],
        env=processes.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def make(*arguments, program=None):
    """Run ffmpeg with `arguments`, quietly, overwriting."""
    command = [program or ffmpeg(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]
    done = subprocess.run([*command, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return arguments[-1]


def knows(option):
    """Whether that ffmpeg has an option of this name."""
    done = subprocess.run(
        [ffmpeg(), "-hide_banner", "-h", "full"], capture_output=True, text=True, check=False
    )
    return f"-{option}" in done.stdout


def recording(path, times=BURSTS, seconds=SECONDS):
    """A mono recording at 48 kHz with a burst around each of `times`."""
    samples = np.zeros(round(seconds * RATE))
    shape = burst(RATE)
    for time in times:
        first = round(time * RATE) - len(shape) // 2
        samples[first : first + len(shape)] += 0.8 * shape
    with wave.open(str(path), "wb") as sink:
        sink.setnchannels(1)
        sink.setsampwidth(2)
        sink.setframerate(RATE)
        sink.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def picture(path, seconds=SECONDS):
    """A small picture track of `seconds`, a key frame each second."""
    source = f"testsrc2=size=64x48:rate=25:duration={seconds}"
    return make("-f", "lavfi", "-i", source, "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", path)


def film(folder, name="film.mkv", *, audio=("-c:a", "flac"), late=0.0, video_late=0.0, more=()):
    """A film of picture and bursts; `late` and `video_late` shift one of them by seconds."""
    sound, light = recording(folder / "sound.wav"), picture(folder / "light.mkv")
    offset, video_offset = ("-itsoffset", late), ("-itsoffset", video_late)
    return make(
        *video_offset, "-i", light, *offset, "-i", sound, "-map", "0:v", "-map", "1:a",
        "-c:v", "copy", *audio, *more, folder / name,
    )  # fmt: skip


def heard(samples, rate=LISTEN, threshold=0.25):
    """Seconds at which there are bursts in `samples`, by matched filter."""
    sound = np.asarray(samples, dtype=np.float64) / 32768
    shape = burst(rate)
    tone = np.exp(2j * np.pi * 3000 * np.arange(len(shape)) / rate) * np.hanning(len(shape))
    strength = np.abs(np.convolve(sound, np.conj(tone[::-1]), mode="same")) / np.abs(shape).sum()
    times = []
    loud = np.flatnonzero(strength > threshold)
    while len(loud):
        window = loud[loud < loud[0] + rate // 20]
        times.append(float(window[np.argmax(strength[window])] / rate))
        loud = loud[loud >= window[0] + rate // 10]
    return times


def demux(path, folder, **params):
    """Run demux on `path`; returns the process and, where it succeeded, the samples."""
    folder.mkdir(parents=True, exist_ok=True)
    done, out = run_stage("demux", {"film": path}, folder, params, "media")
    return done, (open_audio(out / "audio.arrow").samples if done.returncode == 0 else None)


def cues(folder, spans, language="en"):
    """Cues and their SRT and ASS as the subtitles stage leaves them: `spans` are (start, end, text)."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = list(spans)
    columns = {
        "index": list(range(1, len(rows) + 1)),
        "start": [row[0] for row in rows],
        "end": [row[1] for row in rows],
        "text": [row[2] for row in rows],
        "speakers": [[] for _ in rows],
        "segments": [[] for _ in rows],
        "flags": [[] for _ in rows],
    }
    write(folder / "cues.parquet", "cues", columns, {"language": language})
    blocks = [
        f"{index}\n{_stamp(start)} --> {_stamp(end)}\n{text}\n"
        for index, (start, end, text) in enumerate(rows, 1)
    ]
    (folder / "cues.srt").write_text("\n".join(blocks), encoding="utf-8")
    (folder / "cues.ass").write_text(_ASS + "".join(map(_event, rows)), encoding="utf-8")
    return {
        "cues": folder / "cues.parquet",
        "srt": folder / "cues.srt",
        "ass": folder / "cues.ass",
    }


_ASS = (
    "[Script Info]\nScriptType: v4.00+\nPlayResX: 640\nPlayResY: 480\n\n[V4+ Styles]\nFormat: Name, "
    "Fontname, Fontsize, "
    "PrimaryColour, Outline, Alignment, MarginV\nStyle: Default,Arial,60,&H00FFFFFF,3,2,30\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
)


def _event(row):
    begin, end = (
        f"{ms // 360000}:{ms // 6000 % 60:02}:{ms // 100 % 60:02}.{ms % 100:02}"
        for ms in (round(time * 100) for time in row[:2])
    )
    return f"Dialogue: 0,{begin},{end},Default,,0,0,0,,{row[2]}\n"


def _stamp(seconds):
    ms = round(seconds * 1000)
    return f"{ms // 3600000:02}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02},{ms % 1000:03}"


def mux(path, given, destination, folder, **params):
    """Run mux on `path` with the inputs that `cues` made; returns the process."""
    return _film_maker("mux", "film", path, given, destination, folder, params)


def burn(path, given, destination, folder, **params):
    """Run burn on `path` with the inputs that `cues` made; returns the process."""
    given = {name: place for name, place in given.items() if not name.startswith("srt")}
    return _film_maker("burn", "burned", path, given, destination, folder, params)


def _film_maker(stage, output, path, given, destination, folder, params):
    folder.mkdir(parents=True, exist_ok=True)
    inputs = {"film": path, **given}
    run = {
        "job": "test",
        "params": {**STAGES[stage].defaults(), **params},
        "inputs": {name: str(place) for name, place in inputs.items()},
        "outputs": {output: {"kind": "file", "filename": f"{output}.mkv", "external": True}},
        "output_dir": str(folder),
        "destination": str(destination),
    }
    spec = folder / f"{stage}.json"
    spec.write_text(json.dumps({"load": {"params": {}, "device": "cpu"}, "run": run}))
    return processes.run("media", "ipc.child", STAGES[stage].backends[0].runner, "--spec", spec)


def look(path):
    """A film's content, by PyAV; cues of the last track as [start, end, text], in seconds of the film."""
    done = processes.run("media", "tests.stage_runners.film_content", path)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
