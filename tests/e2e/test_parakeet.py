"""Whole runs with Parakeet by onnxruntime and by MLX: tiny networks in the files of the real ones."""

from __future__ import annotations

import json
import re

import pytest

from tests.e2e.conftest import CLIP
from tests.stage_runners import processes
from tests.stage_runners.parakeet import onnx_files

pytestmark = pytest.mark.env("parakeet", "parakeet-mlx")
WORDS = set(re.findall(r"\w+", onnx_files.TEXT.lower()))


def test_a_film_is_subtitled_by_parakeet_with_onnx_and_with_mlx(finished, program, film, tmp_path):
    del finished
    small, nemo = onnx_files.write(tmp_path / "parakeet-small"), tmp_path / "parakeet-nemo"
    done = processes.run("parakeet-mlx", "tests.stage_runners.parakeet.mlx_files", nemo)
    assert not done.returncode, done.stderr
    for model, device, env in ((small, "cpu", "parakeet"), (nemo, "mlx", "parakeet-mlx")):
        folder = tmp_path / device
        options = (*CLIP, "--model", model, "--device", f"asr={device}", "--language", "en")
        done = program("run", film, *options, "-o", folder)
        rows = {stage["stage"]: stage for stage in program.report()["films"][0]["stages"]}
        assert (rows["asr"]["device"], rows["asr"]["env"]) == (device, env)
        assert not any(stage["fallbacks"] or stage["degraded"] for stage in rows.values())
        found = json.loads((folder / "demo.json").read_text())
        said = [word["word"] for segment in found["segments"] for word in segment["words"]]
        assert said
        parts = {part for word in said for part in re.findall(r"\w+", word.lower())}
        assert not [part for part in parts if not any(part in word for word in WORDS)]  # windows cut words
        assert all(0 <= word["start"] <= word["end"] for s in found["segments"] for word in s["words"])
        assert (folder / "demo.subtitled.mkv").stat().st_size > 10_000
    assert program.how()["demux"] == "cached"
