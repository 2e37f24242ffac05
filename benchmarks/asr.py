"""Measures the stage `asr` on the CPU: words right, and CPU seconds by part of the network.

usage: PYTHONPATH=. envs/whisperx/.venv/bin/python benchmarks/asr.py SPEC=TRUTH.txt ... [--threads N]
[--param NAME=VALUE ...] [--number NAME=VALUE ...] [--texts DIR]

SPEC is the file named by `orchestrator stage --print-command asr FILM`, which also makes the sound and the
speech regions. `--param` sets a parameter of the stage, `--number` one of Whisper's numbers (`Decoding` in
stage_runners/whisper/thresholds.py), so that a setting is compared with the present one. Errors are those of
`orchestrator score`: words, or characters of a language without spaces. CPU seconds leave out the loading of
the model; the parts are the network's calls.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ipc import cpu
from ipc.artifacts import read
from ipc.context import Context
from ipc.protocol import Load, Run
from stage_runners.asr import runner
from stage_runners.scoring.text import tokens
from stage_runners.whisper.thresholds import DECODING

PARTS = ("encode", "detect_language", "generate", "align")


class Clock:
    """A network that counts the CPU seconds and the windows of its calls."""

    def __init__(self, network: Any) -> None:
        self._network = network
        self.seconds = dict.fromkeys(PARTS, 0.0)
        self.windows = 0

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._network, name)
        return self._counted(name, value) if name in PARTS else value

    def _counted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            before = cpu.seconds()
            result = call(*args, **kwargs)
            self.seconds[name] += cpu.seconds() - before
            self.windows += args[0].shape[0] if name == "encode" else 0
            return result

        return counted


def main() -> None:
    """Print one line per recording, and the sums."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("recordings", nargs="+", metavar="SPEC=TRUTH.txt")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--number", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--texts", type=Path, help="folder for the texts")
    arguments = parser.parse_args()
    _set(DECODING, _values(arguments.number))
    parts = " ".join(f"{name:>15}" for name in PARTS)
    print(f"{'recording':>16}  errors     of   rate | encoded   CPU s {parts}")
    sums = [0.0] * (4 + len(PARTS))
    for recording in arguments.recordings:
        spec, _, truth = recording.partition("=")
        name, row, text = _measured(Path(spec), Path(truth), arguments.threads, _values(arguments.param))
        sums = [total + own for total, own in zip(sums, row, strict=True)]
        print(_line(name, row), flush=True)
        if arguments.texts:
            arguments.texts.mkdir(parents=True, exist_ok=True)
            (arguments.texts / f"{name}.txt").write_text(text)
    print(_line("all", sums))


def _set(numbers: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if not hasattr(numbers, name):
            sys.exit(f"--number {name}: no such number of Whisper's decoding")
        object.__setattr__(numbers, name, value)


def _values(pairs: list[str]) -> dict[str, Any]:
    return {name: json.loads(value) for name, _, value in (pair.partition("=") for pair in pairs)}


def _line(name: str, row: list[float]) -> str:
    errors, of, encoded, total, *parts = row
    rate = f"{errors / of:6.3f}" if of else "     -"
    seconds = " ".join(f"{part:15.1f}" for part in parts)
    return f"{name:>16} {errors:7.0f} {of:6.0f} {rate} | {encoded:7.0f} {total:7.1f} {seconds}"


def _measured(spec: Path, truth: Path, threads: int, params: dict[str, Any]) -> tuple[str, list[float], str]:
    """The recording's name, its errors, words, encoded windows and CPU seconds, and the text."""
    commands = json.loads(spec.read_text())
    load = Load(**{**commands["load"], "threads": threads})
    recognizer: Any = runner.load({**load.params, "_model": load.model, "_threads": threads}, load.device)
    model = recognizer._model
    clock = model.model = Clock(model.model)
    with tempfile.TemporaryDirectory() as folder:
        own = {"params": {**commands["run"]["params"], **params}, "output_dir": folder}
        run = Run(**{**commands["run"], **own})
        context = Context("asr", runner.STAGE.version, load, run, lambda _event: None)
        before = cpu.seconds()
        runner.run(recognizer, {name: Path(path) for name, path in run.inputs.items()}, context)
        seconds = cpu.seconds() - before
        lines = [row["text"] for row in read(Path(folder) / "segments.parquet", "segments").rows()]
    language = str(context.facts.get("language") or "und")
    text = "\n".join(lines)
    errors, of = _errors(truth.read_text() if truth.is_file() else "", text, language)
    name = spec.parent.name.removesuffix("-asr")
    return name, [errors, of, clock.windows, seconds, *clock.seconds.values()], text


def _errors(truth: str, text: str, language: str) -> tuple[int, int]:
    """Words to change, add or leave out (Levenshtein), and the words of the truth."""
    theirs, ours = tokens(truth, language), tokens(text, language)
    row = list(range(len(ours) + 1))
    for number, word in enumerate(theirs, 1):
        before, row[0] = row[0], number
        for k, own in enumerate(ours, 1):
            before, row[k] = row[k], min(row[k] + 1, row[k - 1] + 1, before + (word != own))
    return row[-1], len(theirs)


if __name__ == "__main__":
    sys.exit(main())
