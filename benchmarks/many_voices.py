"""Counts the voices of films composed of many, and measures their DER, CPU time and memory.

    .venv/bin/python benchmarks/many_voices.py FOLDER ... [--scene SECONDS] [--seed N] [--repeat N]
    [--turns] [--ffmpeg FFMPEG] [--out FOLDER] [-- OPTIONS OF orchestrator run]

A FOLDER has a recording `movie.*` and its speaker turns, `truth.rttm`. Each recording is cut between turns
into scenes of SECONDS at least; the scenes of all recordings follow one another in random order, so that a
voice comes back after others. The same label in two recordings is the same voice, but a short label, or one
with `speaker` in it, gets the folder's name before it. `--scene 0` keeps the recordings whole. `--repeat`
makes a long film: all scenes N times, each time in another order, up to 3 % faster or slower, and up to 6 dB
quieter, so that no sound is exactly heard before.

It prints the length, the number of voices, and the scores of `orchestrator score` after a run (its words do
not matter): voices found, and DER, strict (collar 0, overlap counts) and with a collar of .25 s. Then come
the CPU seconds, with loading, and the peak memory of each stage. With `--turns` the run ends at diarization,
and its turns are scored.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import wave
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ipc.artifacts import read
from orchestrator.paths import home
from orchestrator.storage.store import Store

RATE = 16_000
GAP_S = 0.2
"""Seconds without a turn at which a recording may be cut."""
PROGRAM = (sys.executable, "-m", "orchestrator")


class Turn(NamedTuple):
    """`speaker` talks from `start` to `end`, in seconds."""

    start: float
    end: float
    speaker: str


class Scene(NamedTuple):
    """Samples, int16 at 16 kHz, and the turns in them, from the scene's start."""

    samples: np.ndarray
    turns: list[Turn]

    def varied(self, chance: random.Random) -> Scene:
        """The scene up to 3 % faster or slower, and up to 6 dB quieter."""
        speed, level = chance.uniform(0.97, 1.03), 10 ** (chance.uniform(-6, 0) / 20)
        places = np.arange(int(len(self.samples) / speed)) * speed
        samples = level * np.interp(places, np.arange(len(self.samples)), self.samples)
        turns = [Turn(t.start / speed, t.end / speed, t.speaker) for t in self.turns]
        return Scene(samples.astype(np.int16), turns)


def turns_of(folder: Path) -> list[Turn]:
    """The turns of a recording, in order."""
    turns = []
    for line in (folder / "truth.rttm").read_text().splitlines():
        field = line.split()
        start, seconds, label = float(field[3]), float(field[4]), field[7]
        global_label = len(label) > 5 and "speaker" not in label.lower()
        turns.append(Turn(start, start + seconds, label if global_label else f"{folder.name}-{label}"))
    return sorted(turns)


def scenes_of(folder: Path, seconds: float, ffmpeg: str) -> Iterator[Scene]:
    """The recording's scenes of `seconds` at least; one if that is 0."""
    movie = next(folder.glob("movie.*"))
    words = [ffmpeg, "-v", "error", "-i", str(movie), "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-"]
    samples = np.frombuffer(subprocess.run(words, capture_output=True, check=True).stdout, np.int16)
    turns = turns_of(folder)
    marks, spoken = [0.0], 0.0
    for turn in turns:
        middle = (spoken + turn.start) / 2
        if seconds and turn.start - spoken > GAP_S and middle - marks[-1] >= seconds:
            marks.append(middle)
        spoken = max(spoken, turn.end)
    for first, last in pairwise([*marks, len(samples) / RATE]):
        inside = [
            Turn(max(t.start, first) - first, min(t.end, last) - first, t.speaker)
            for t in turns
            if t.start < last and t.end > first
        ]
        yield Scene(samples[round(first * RATE) : round(last * RATE)], inside)


def in_order(scenes: list[Scene], seed: int, repeat: int) -> Iterator[Scene]:
    """The scenes in random order, `repeat` times."""
    chance = random.Random(seed)
    for time in range(repeat):
        order = list(scenes)
        chance.shuffle(order)
        for scene in order:
            yield scene.varied(chance) if time else scene


def compose(scenes: Iterator[Scene], place: Path) -> tuple[float, list[Turn]]:
    """Write the film `place` (WAV) and its turns beside it; returns its seconds and the turns."""
    turns, clock = [], 0.0
    with wave.open(str(place), "wb") as film:
        film.setnchannels(1)
        film.setsampwidth(2)
        film.setframerate(RATE)
        for scene in scenes:
            turns += [Turn(clock + t.start, clock + t.end, t.speaker) for t in scene.turns]
            clock += len(scene.samples) / RATE
            film.writeframes(scene.samples.tobytes())
    write_turns(place.with_suffix(".rttm"), turns)
    return clock, turns


def write_turns(place: Path, turns: Sequence[Turn]) -> None:
    """Write an RTTM file."""
    place.write_text(
        "".join(
            f"SPEAKER film 1 {t.start:.3f} {t.end - t.start:.3f} <NA> <NA> {t.speaker} <NA> <NA>\n"
            for t in sorted(turns)
        )
    )


class Cost(NamedTuple):
    """Of a stage: the key of its result, its CPU seconds, and the peak memory of its process in bytes."""

    key: str
    cpu: float
    memory: int


def run(film: Path, options: Sequence[str]) -> dict[str, Cost]:
    """Run the program on `film`; returns what each stage cost."""
    words = [*PROGRAM, "run", str(film), "--json", *options]
    lines = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    found: dict[str, dict[str, Any]] = defaultdict(lambda: {"key": "", "cpu": 0.0, "memory": 0})
    for event in map(json.loads, lines):
        stage = found[event["step"]] if "step" in event else {}
        if event["event"] == "step_memory":
            stage["memory"] = max(stage["memory"], event["peak_rss"])
        elif event["event"] == "step_metric" and event["name"] == "cpu_seconds":
            stage["cpu"] = event["value"]
        elif event["event"] == "step_done":
            stage["key"] = event["key"]
    return {name: Cost(**stage) for name, stage in found.items()}


def turns_found(key: str) -> list[Turn]:
    """The turns of diarization's result under `key`."""
    entry = Store(home() / "store").find(key)
    assert entry is not None
    table = read(entry.path("turns"), "turns").table
    return [Turn(row["start"], row["end"], row["speaker"]) for row in table.to_pylist()]


def score(film: Path, hypothesis: Path | None) -> dict[str, Any]:
    """The scores of `hypothesis`, or else of the last run."""
    words = [*PROGRAM, "score", str(film), "--reference", str(film.with_suffix(".rttm")), "--json"]
    words += ["--hypothesis", str(hypothesis)] if hypothesis else []
    scores = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)["scores"]
    return {name: scores[name] for name in ("speakers", "der", "der_025")}


def main() -> None:
    """Compose, run, score, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--scene", type=float, default=30.0, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--repeat", type=int, default=1, metavar="N")
    parser.add_argument("--turns", action="store_true", help="run until diarization only")
    parser.add_argument("--ffmpeg", default="ffmpeg")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="keep the film there")
    words = sys.argv[1:]
    end = words.index("--") if "--" in words else len(words)
    arguments, options = parser.parse_args(words[:end]), words[end + 1 :]
    scenes = [
        scene
        for folder in arguments.folders
        for scene in scenes_of(folder, arguments.scene, arguments.ffmpeg)
    ]
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.out or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        film = folder / "film.wav"
        seconds, turns = compose(in_order(scenes, arguments.seed, arguments.repeat), film)
        whole = ("--model", "tiny.en", "--no-mux", "-o", str(folder / "result"))
        costs = run(film, [*(("--until", "diarization") if arguments.turns else whole), *options])
        if arguments.turns:
            write_turns(folder / "found.rttm", turns_found(costs["diarization"].key))
        scores = score(film, folder / "found.rttm" if arguments.turns else None)
    print(f"{seconds:.0f} s, {len({turn.speaker for turn in turns})} voices: {json.dumps(scores)}")
    for name, cost in costs.items():
        if cost.cpu:
            print(f"  {name}: {cost.cpu:.1f} CPU s, {cost.memory / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
