"""Compares speakers by track with the ordinary speaker detection, on films with a track for each speaker.

    .venv/bin/python benchmarks/tracks_of_speakers.py RECORDING ... [--leak DB ...] [--late MS]
    [--overlap SHARE] [--words] [--speakers NAME ...]

A RECORDING has its speaker turns beside it: `sample.wav` and `sample.rttm`, or a folder with `movie.*`,
`truth.rttm` and perhaps `truth.txt`. Each speaker gets a track with the recording where they speak, and
silence elsewhere; every track gets what a microphone in the room would get of the others: a copy that is DB
decibels softer (`none`: no copy), up to half of MS earlier or later than MS, with the first 50 ms of a room's
echo; and noise at -60 dB. With `--overlap`, turns in which one person speaks alone are laid out anew: every
second one begins when SHARE of the one before is still to come. `--speakers` takes only some of them.

The ordinary run gets the sum of the tracks. It prints DER with collar 0, with a collar of .25 s, and the
number of speakers, by `orchestrator score`; with `--words` WER and cpWER too, and the processor seconds of
the run. What was laid out anew has a text if the recording has `words.csv` (start, end, word) beside it.
ffmpeg is the packaged one.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import subprocess
import sys
import tempfile
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
RATE = 16_000
ECHO = 800
"""Samples of a room's echo."""
NOISE = 1e-3
FADE = 321
PROGRAM = (sys.executable, "-m", "orchestrator")


class Turn(NamedTuple):
    """`speaker` talks from `start` to `end`, in seconds."""

    start: float
    end: float
    speaker: str


def ffmpeg(*words: object) -> None:
    """Run the packaged ffmpeg."""
    [binary] = ROOT.glob("envs/media/.venv/lib/python*/site-packages/imageio_ffmpeg/binaries/ffmpeg-*")
    subprocess.run([binary, "-v", "error", "-y", *map(str, words)], check=True)


def read(recording: Path, folder: Path) -> tuple[np.ndarray, list[Turn], Path]:
    """The samples of a recording (float, 16 kHz), its turns, and where its text would be."""
    if recording.is_dir():
        sound, table, text = (
            next(recording.glob("movie.*")),
            recording / "truth.rttm",
            recording / "truth.txt",
        )
    else:
        sound, table, text = recording, recording.with_suffix(".rttm"), recording.with_suffix(".stm")
    ffmpeg("-i", sound, "-ac", 1, "-ar", RATE, folder / "mono.wav")
    with wave.open(str(folder / "mono.wav")) as stream:
        samples = np.frombuffer(stream.readframes(stream.getnframes()), np.int16) / 32768
    fields = [line.split() for line in table.read_text().splitlines() if line.startswith("SPEAKER")]
    return samples, sorted(Turn(float(f[3]), float(f[3]) + float(f[4]), f[7]) for f in fields), text


def tracks_of(samples: np.ndarray, turns: Sequence[Turn]) -> dict[str, np.ndarray]:
    """What each speaker says, with short fades at the edges of turns."""
    fade = np.hanning(FADE) / np.hanning(FADE).sum()
    tracks = {}
    for speaker in sorted({turn.speaker for turn in turns}):
        mask = np.zeros(len(samples))
        for turn in turns:
            if turn.speaker == speaker:
                mask[round(turn.start * RATE) : round(turn.end * RATE)] = 1
        tracks[speaker] = samples * np.convolve(mask, fade, "same")
    return tracks


def laid_out_anew(
    samples: np.ndarray, turns: Sequence[Turn], share: float
) -> tuple[dict[str, np.ndarray], list[tuple[Turn, Turn]]]:
    """The turns of one person alone, old and new, in order; every second one overlaps the one before."""
    alone = [t for t in turns if not any(o is not t and o.start < t.end and t.start < o.end for o in turns)]
    clock, found = 1.0, []
    for number, turn in enumerate(alone):
        seconds = turn.end - turn.start
        found.append((turn, Turn(clock, clock + seconds, turn.speaker)))
        clock += seconds * (1 - share) if number % 2 == 0 else seconds + 0.5
    length = round((max(new.end for _, new in found) + 1) * RATE)
    tracks = {t.speaker: np.zeros(length) for t in alone}
    for old, new in found:
        part, first = samples[round(old.start * RATE) : round(old.end * RATE)], round(new.start * RATE)
        tracks[new.speaker][first : first + len(part)] += part
    return tracks, found


def text_of(recording: Path, found: Sequence[tuple[Turn, Turn]], folder: Path) -> Path | None:
    """The words of each turn as STM; None without hand-made times of words."""
    if not (recording / "words.csv").exists():
        return None
    with (recording / "words.csv").open() as table:
        words = [((float(r["start"]) + float(r["end"])) / 2, r["word"]) for r in csv.DictReader(table)]
    lines = [
        f"x 1 {new.speaker} {new.start:.3f} {new.end:.3f} <o> "
        + " ".join(word for middle, word in words if old.start - 0.05 <= middle <= old.end + 0.05)
        for old, new in found
    ]
    (folder / "anew.stm").write_text("\n".join(lines) + "\n")
    return folder / "anew.stm"


def microphones(tracks: dict[str, np.ndarray], leak: float | None, late: float) -> list[np.ndarray]:
    """What the microphone of each speaker records."""
    chance = np.random.default_rng(0)
    found = []
    for speaker, own in tracks.items():
        sound = own + NOISE * chance.standard_normal(len(own))
        for other, voice in tracks.items():
            if other == speaker or leak is None:
                continue
            echo = 0.3 * chance.standard_normal(ECHO) * np.exp(-np.arange(ECHO) / 200)
            echo[0] += 1
            away = round(late / 1000 * RATE * chance.uniform(0.5, 1.5))
            heard = np.convolve(voice, echo / np.linalg.norm(echo))[: len(voice) - away]
            sound[away:] += heard * 10 ** (leak / 20)
        found.append(sound)
    return found


def write(path: Path, sound: np.ndarray) -> Path:
    """Write mono 16 bit PCM."""
    with wave.open(str(path), "wb") as sink:
        sink.setnchannels(1)
        sink.setsampwidth(2)
        sink.setframerate(RATE)
        sink.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def scored(film: Path, references: Sequence[Path], *options: str) -> dict[str, float]:
    """Run a film, and score it; `cpu` are the processor seconds of the run."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    before, seconds = used.ru_utime + used.ru_stime, []
    for words in (
        ("run", film, "--quiet", "--no-job-file", "--language", "en", "--output-format", "rttm", *options),
        ("score", film, "--json", *(word for one in references for word in ("--reference", one))),
    ):
        done = subprocess.run(
            [*PROGRAM, *map(str, words)], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(done.stderr)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(used.ru_utime + used.ru_stime)
    return json.loads(done.stdout)["scores"] | {"cpu": seconds[0] - before}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("recordings", nargs="+", type=Path)
    parser.add_argument("--leak", nargs="+", default=["-20"])
    parser.add_argument("--late", type=float, default=10.0)
    parser.add_argument("--overlap", type=float)
    parser.add_argument("--words", action="store_true")
    parser.add_argument("--speakers", nargs="+")
    arguments = parser.parse_args()
    for recording in arguments.recordings:
        for leak in arguments.leak:
            with tempfile.TemporaryDirectory() as name:
                _compare(recording, None if leak == "none" else float(leak), arguments, Path(name))


def _compare(recording: Path, leak: float | None, arguments: argparse.Namespace, folder: Path) -> None:
    samples, turns, text = read(recording, folder)
    turns = [turn for turn in turns if arguments.speakers is None or turn.speaker in arguments.speakers]
    tracks = tracks_of(samples, turns)
    if arguments.overlap is not None:
        tracks, found = laid_out_anew(samples, turns, arguments.overlap)
        text, turns = text_of(recording, found, folder), sorted(new for _, new in found)
    recorded = microphones(tracks, leak, arguments.late)
    truth = folder / "truth.rttm"
    truth.write_text(
        "".join(
            f"SPEAKER x 1 {t.start:.3f} {t.end - t.start:.3f} <NA> <NA> {t.speaker} <NA> <NA>\n"
            for t in turns
        )
    )
    files = [write(folder / f"{k}.wav", sound) for k, sound in enumerate(recorded)]
    apart = folder / "apart.mka"
    inputs = [word for file in files for word in ("-i", file)]
    maps = [word for k in range(len(files)) for word in ("-map", k)]
    ffmpeg(*inputs, *maps, "-c:a", "flac", apart)
    mix = write(folder / "mix.wav", sum(recorded) / max(1.0, float(np.abs(sum(recorded)).max())))
    references = [truth, *([text] if arguments.words and text and text.exists() else [])]
    for label, film, options in (("ordinary", mix, ()), ("by track", apart, ("--speakers-by-track",))):
        scores = scored(film, references, *options)
        rates = {key: scores[key]["rate"] for key in ("der", "der_025", "wer", "cpwer") if key in scores}
        found, name = scores["speakers"]["found"], recording.name
        cost = f"{scores['cpu']:.1f} CPU s"
        print(
            f"{name} leak {leak} dB, {len(files)} tracks, {label}: {rates}, {found} speakers, {cost}",
            flush=True,
        )


if __name__ == "__main__":
    main()
