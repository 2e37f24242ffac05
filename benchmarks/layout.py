"""Measures time and memory of the layout of a long film, and of the stages `phrases` and `subtitles`.

    python benchmarks/layout.py OUT [OUT ...] [--hours 3] [--words 30000] [--shots 1500]

The film repeats the words of runs (`OUT/movie.json`) at their speed, with pauses that make `--words` fill
`--hours`; its shot changes are random. The layout alone is measured in a separate process, the stages as the
orchestrator starts them. Memory is the peak of the process's resident set; `bare` is that of the interpreter
with pyarrow alone.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from ipc.artifacts import read, write  # noqa: E402
from orchestrator.stages.catalog import STAGES, Stage  # noqa: E402

MB = 1024
RATE = 24000 / 1001
_WORD = {
    "space": True,
    "probability": 0.9,
    "score": None,
    "method": "attention",
    "speaker_confidence": None,
    "overlap": False,
}
_SEGMENT = dict.fromkeys(
    (
        "language_probability",
        "avg_logprob",
        "no_speech_prob",
        "compression_ratio",
        "temperature",
        "confidence",
    ),
    0.5,
)


def spoken(folders: list[Path]) -> Iterator[dict[str, Any]]:
    """The segments of all runs, repeated endlessly; each has words with times."""
    movies = [json.loads((folder / "movie.json").read_text(encoding="utf-8")) for folder in folders]
    while True:
        for number, movie in enumerate(movies):
            for segment in movie["segments"]:
                words = [
                    w | {"speaker": f"{w.get('speaker', '')}-{number}"}
                    for w in segment["words"]
                    if "start" in w
                ]
                if words:
                    yield {"words": words, "language": movie["language"]}


def film(
    folders: list[Path], count: int, seconds: float
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of segments and words of a film of `seconds` with `count` words."""
    taken, held, said = [], 0, 0.0
    for segment in spoken(folders):
        taken.append(segment)
        held += len(segment["words"])
        said += segment["words"][-1]["end"] - segment["words"][0]["start"]
        if held >= count:
            break
    pause = max(0.0, seconds - said) / len(taken)
    clock = 0.0
    segments: list[dict[str, Any]] = []
    words: list[dict[str, Any]] = []
    for number, segment in enumerate(taken):
        away = clock - segment["words"][0]["start"]
        own = [
            {**_WORD, "segment": number, "text": w["word"], "speaker": w["speaker"]}
            | {"start": w["start"] + away, "end": w["end"] + away}
            for w in segment["words"]
        ]
        words += own
        text = " ".join(w["text"] for w in own)
        start, end = own[0]["start"], max(w["end"] for w in own)
        segments.append(
            {
                **_SEGMENT,
                "id": number,
                "start": start,
                "end": end,
                "text": text,
                "language": segment["language"],
            }
            | {"speaker": own[0]["speaker"]}
        )
        clock = segments[-1]["end"] + random.Random(number).uniform(0, 2 * pause)
    return segments, words


def artifacts(folder: Path, segments: list[Any], words: list[Any], shots: int) -> dict[str, Path]:
    times = sorted(random.Random(1).uniform(0, segments[-1]["end"]) for _ in range(shots))
    tables = {
        "segments": ({name: [s[name] for s in segments] for name in segments[0]}, {}),
        "words": ({name: [w[name] for w in words] for name in words[0]}, {}),
        "shots": ({"time": times, "score": [0.5] * shots}, {"frame_rate": RATE}),
    }
    paths = {}
    for name, (columns, content) in tables.items():
        paths[name] = folder / f"{name}.parquet"
        write(paths[name], name, columns, content, {})
    return paths


def stage(declared: Stage, inputs: dict[str, Path], folder: Path) -> tuple[float, float, Path]:
    """Seconds and peak MB of a stage's process, and the folder of its outputs."""
    out = folder / declared.name
    out.mkdir()
    run = {
        "job": "benchmark",
        "params": declared.defaults(),
        "inputs": {name: str(path) for name, path in inputs.items()},
        "outputs": {o.name: {"kind": o.kind, "filename": o.filename} for o in declared.outputs},
        "output_dir": str(out),
    }
    backend = declared.backends[0]
    spec = folder / f"{declared.name}.json"
    spec.write_text(
        json.dumps(
            {"load": {"params": run["params"], "device": "cpu", "threads": 1, "model": {}}, "run": run}
        )
    )
    python = ROOT / "envs" / backend.env / ".venv" / "bin" / "python"
    seconds, peak = measured([str(python), "-P", "-m", "ipc.child", backend.runner, "--spec", str(spec)])
    return seconds, peak, out


def measured(command: list[str]) -> tuple[float, float]:
    """Wall-clock seconds and peak resident MB of a process, measured by a separate parent."""
    began = time.monotonic()
    child = subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert child.stderr is not None
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(said.decode()[-2000:])
    return time.monotonic() - began, usage.ru_maxrss / MB


def alone(folder: Path) -> None:
    """Lay out the artifacts in `folder`, and print time and memory."""
    from stage_runners.subtitles.layout import Layout
    from stage_runners.subtitles.limits import Shots, profile
    from stage_runners.subtitles.tokens import tokens

    rows = [read(folder / f"{name}.parquet", name).rows() for name in ("segments", "words", "shots")]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB
    began = time.monotonic()
    shots = Shots([row["time"] * 1000 for row in rows[2]], RATE)
    limits = profile(STAGES["subtitles"].defaults(), "en", shots)
    cut = tokens(rows[0], rows[1], limits.width)
    cues = Layout(cut, limits, "en", shots=shots.times).cues()
    took = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB
    print(
        f"layout alone   {took:6.1f} s  {after - before:6.0f} MB more than the rows    {len(cut)} tokens, "
        f"{len(cues)} cues"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="OUT")
    parser.add_argument("--hours", type=float, default=3.0)
    parser.add_argument("--words", type=int, default=30_000)
    parser.add_argument("--shots", type=int, default=1500)
    arguments = parser.parse_args()
    if arguments.words == 0:  # the process that measures the layout alone
        alone(arguments.folders[0])
        return
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        segments, words = film(arguments.folders, arguments.words, arguments.hours * 3600)
        print(f"{len(words)} words in {segments[-1]['end'] / 3600:.2f} h, {arguments.shots} shots")
        inputs = artifacts(folder, segments, words, arguments.shots)
        _, bare = measured([sys.executable, "-c", "import pyarrow.parquet"])
        print(f"bare interpreter         {bare:6.0f} MB")
        print(
            subprocess.run(
                [sys.executable, __file__, str(folder), "--words", "0"],
                check=True,
                capture_output=True,
                text=True,
            ).stdout,
            end="",
        )
        spoken_of = {name: inputs[name] for name in ("segments", "words")}
        seconds, peak, out = stage(STAGES["phrases"], spoken_of, folder)
        print(f"stage phrases  {seconds:6.1f} s  {peak:6.0f} MB, its start and model included")
        seconds, peak, out = stage(
            STAGES["subtitles"], {**inputs, "phrases": out / "phrases.parquet"}, folder
        )
        print(f"stage subtitles{seconds:6.1f} s  {peak:6.0f} MB, its start included")


if __name__ == "__main__":
    main()
