"""A whole run with Qwen3-ASR and its aligner: small networks in the files of the real ones."""

from __future__ import annotations

import json

import pytest

from tests.e2e.conftest import CLIP
from tests.stage_runners.qwen import small_models
from tests.stage_runners.qwen.folders_text import SAID

pytestmark = pytest.mark.env("qwen")


def test_a_film_is_subtitled_by_qwen_and_its_aligner(finished, program, film, tmp_path, tmp_path_factory):
    del finished
    models = small_models.made(tmp_path_factory)
    asr, aligner = models / "asr", models / "aligner"
    program("run", film, *CLIP, "--model", asr, "--align-model", aligner, "-o", tmp_path / "out")
    rows = {stage["stage"]: stage for stage in program.report()["films"][0]["stages"]}
    assert {rows[name]["env"] for name in ("asr", "alignment")} == {"qwen"}
    assert not any(stage["fallbacks"] or stage["degraded"] for stage in rows.values())
    found = json.loads((tmp_path / "out" / "demo.json").read_text())
    said = [word["word"] for segment in found["segments"] for word in segment["words"]]
    assert said[:7] == SAID.split()
    assert set(said) == set(SAID.split())
    assert (tmp_path / "out" / "demo.subtitled.mkv").stat().st_size > 10_000
