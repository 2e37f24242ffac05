"""Counts the voices of films composed of many, and measures their DER.

    .venv/bin/python benchmarks/many_voices.py FOLDER ... [--scene SECONDS] [--seed N]
    [--ffmpeg FFMPEG] [--out FOLDER]

A FOLDER has a recording `movie.*` and its speaker turns, `truth.rttm`. Each recording is cut between turns
into scenes of SECONDS at least; the scenes of all recordings follow one another in random order, so that a
voice comes back after others. The same label in two recordings is the same voice, but a short label, or one
with `speaker` in it, gets the folder's name before it. `--scene 0` keeps the recordings whole. It prints the
length, the number of voices, and the scores of `orchestrator score` after a run (its words do not
matter): voices found, and DER, strict (collar 0, overlap counts) and with a collar of .25 s.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

RATE = 16_000
GAP_S = 0.2
"""Seconds without a turn at which a recording may be cut."""


class Turn(NamedTuple):
    """`speaker` talks from `start` to `end`, in seconds."""

    start: float
    end: float
    speaker: str


class Scene(NamedTuple):
    """Samples, int16 at 16 kHz, and the turns in them, from the scene's start."""

    samples: np.ndarray
    turns: list[Turn]


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


def compose(scenes: list[Scene], place: Path) -> list[Turn]:
    """Write the film `place` (WAV) and its turns beside it, and return the turns."""
    turns, clock = [], 0.0
    for scene in scenes:
        turns += [Turn(clock + t.start, clock + t.end, t.speaker) for t in scene.turns]
        clock += len(scene.samples) / RATE
    with wave.open(str(place), "wb") as film:
        film.setnchannels(1)
        film.setsampwidth(2)
        film.setframerate(RATE)
        film.writeframes(np.concatenate([scene.samples for scene in scenes]).tobytes())
    place.with_suffix(".rttm").write_text(
        "".join(
            f"SPEAKER film 1 {t.start:.3f} {t.end - t.start:.3f} <NA> <NA> {t.speaker} <NA> <NA>\n"
            for t in sorted(turns)
        )
    )
    return turns


def main() -> None:
    """Compose, run, score, and print a line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--scene", type=float, default=30.0, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--ffmpeg", default="ffmpeg")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="keep the film there")
    arguments = parser.parse_args()
    scenes = [
        scene
        for folder in arguments.folders
        for scene in scenes_of(folder, arguments.scene, arguments.ffmpeg)
    ]
    random.Random(arguments.seed).shuffle(scenes)
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.out or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        film = folder / "film.wav"
        turns = compose(scenes, film)
        program = [sys.executable, "-m", "orchestrator"]
        run = [*program, "run", str(film), "--model", "tiny.en", "--no-mux", "-o", str(folder / "result")]
        subprocess.run(run, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        score = [*program, "score", str(film), "--reference", str(film.with_suffix(".rttm")), "--json"]
        scores = json.loads(subprocess.run(score, check=True, capture_output=True, text=True).stdout)
    wanted = {name: scores["scores"][name] for name in ("speakers", "der", "der_025")}
    seconds = sum(len(scene.samples) for scene in scenes) / RATE
    print(f"{seconds:.0f} s, {len({turn.speaker for turn in turns})} voices: {json.dumps(wanted)}")


if __name__ == "__main__":
    main()
