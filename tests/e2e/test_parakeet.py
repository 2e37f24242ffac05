"""Whole runs with Parakeet by onnxruntime and by MLX: tiny networks in the files of the real ones."""

from __future__ import annotations

import json
import re

import pytest

from tests.e2e.conftest import CLIP, stored
from tests.stage_runners import processes
from tests.stage_runners.parakeet import onnx_files

pytestmark = pytest.mark.env("parakeet", "parakeet-mlx")
WORDS = set(re.findall(r"\w+", onnx_files.TEXT.lower()))


def check(words):
    """The words are of the networks' vocabulary, and in their times."""
    assert words
    parts = {part for text, _, _ in words for part in re.findall(r"\w+", text.lower())}
    assert not [part for part in parts if not any(part in word for word in WORDS)]  # windows cut words
    assert all(0 <= start <= end for _, start, end in words)


def run(program, film, folder, model, device, *more):
    """The row of `asr` of a run, nothing of which was degraded."""
    options = (*CLIP, "--model", model, "--device", f"asr={device}", "--language", "en")
    program("run", film, *options, *more, "-o", folder)
    rows = {stage["stage"]: stage for stage in program.report()["films"][0]["stages"]}
    assert not any(stage["fallbacks"] or stage["degraded"] for stage in rows.values())
    return rows["asr"]


def test_a_film_is_subtitled_by_parakeet_with_onnx(finished, program, film, tmp_path):
    del finished
    asr = run(program, film, tmp_path / "out", onnx_files.write(tmp_path / "parakeet-small"), "cpu")
    assert (asr["device"], asr["env"]) == ("cpu", "parakeet")
    found = json.loads((tmp_path / "out" / "demo.json").read_text())
    check([(w["word"], w["start"], w["end"]) for segment in found["segments"] for w in segment["words"]])
    assert (tmp_path / "out" / "demo.subtitled.mkv").stat().st_size > 10_000


def test_a_run_recognises_with_parakeet_on_mlx(finished, program, film, tmp_path):
    """What follows the recognition does not depend on its engine."""
    del finished
    nemo = tmp_path / "parakeet-nemo"
    done = processes.run("parakeet-mlx", "tests.stage_runners.parakeet.mlx_files", nemo)
    assert not done.returncode, done.stderr
    asr = run(program, film, tmp_path / "out", nemo, "mlx", "--until", "asr")
    assert (asr["device"], asr["env"]) == ("mlx", "parakeet-mlx")
    check([(row["text"], row["start"], row["end"]) for row in stored(program, "asr", "words").rows()])
    assert program.how()["demux"] == "cached"
