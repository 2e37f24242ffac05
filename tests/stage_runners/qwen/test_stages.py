"""The stages asr and alignment with Qwen3's small networks, in their own environment."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from ipc.artifacts import read
from tests.stage_runners.qwen.folders_text import SAID
from tests.stage_runners.recordings import RATE, inputs
from tests.stage_runners.spec import run_stage

pytestmark = pytest.mark.env("qwen")
REGIONS = [(1.0, 4.0), (6.0, 9.0), (18.0, 20.0)]


@pytest.fixture(scope="module")
def recognised(models, tmp_path_factory):
    place = tmp_path_factory.mktemp("asr")
    hiss = np.random.default_rng(0).normal(0, 400, 22 * RATE).astype(np.int16)
    given = inputs(place, hiss, REGIONS)
    model = {"id": "asr", "family": "qwen3-asr", "path": str(models / "asr")}
    done, out = run_stage("asr", given, place, {"compute_type": "float32"}, "qwen", model)
    assert done.returncode == 0, done.stdout + done.stderr
    return given, out


def test_a_film_is_recognised_a_segment_for_each_window(recognised):
    _, out = recognised
    segments = read(out / "segments.parquet", "segments")
    assert [row["text"] for row in segments.rows()] == [SAID, SAID]
    assert {row["language"] for row in segments.rows()} == {"en"}
    assert [round(row["start"], 1) for row in segments.rows()] == [0.8, 17.8]
    assert segments.provenance["method"] == "Qwen3-ASR by Transformers, greedy, float32"
    words = read(out / "words.parquet", "words").rows()
    assert {row["method"] for row in words} == {"interpolated"}
    assert [row["text"] for row in words[:7]] == SAID.split()


def test_words_of_an_engine_without_times_are_aligned_window_by_window(models, recognised, tmp_path):
    given, out = recognised
    inputs_of = {"audio": given["audio"], **{k: out / f"{k}.parquet" for k in ("segments", "words")}}
    path = models / "aligner-hf"
    model = {"id": "aligner-hf", "family": "qwen3-aligner", "path": str(path)}
    done, aligned = run_stage("alignment", inputs_of, tmp_path, {"align_model": str(path)}, "qwen", model)
    assert done.returncode == 0, done.stdout + done.stderr
    words = read(aligned / "words.parquet", "words").rows()
    assert "qwen3-forced-aligner" in {row["method"] for row in words}
    assert all(row["start"] <= row["end"] for row in words)
    assert max(row["end"] for row in words if row["segment"] == 0) < 10
    assert min(row["start"] for row in words if row["segment"] == 1) > 17


def test_words_that_nothing_measured_degrade_the_result(recognised, tmp_path):
    given, out = recognised
    inputs_of = {"audio": given["audio"], **{k: out / f"{k}.parquet" for k in ("segments", "words")}}
    done, aligned = run_stage("alignment", inputs_of, tmp_path, {"align_model": "attention"}, "qwen")
    assert done.returncode == 0, done.stdout + done.stderr
    words = read(aligned / "words.parquet", "words")
    assert {row["method"] for row in words.rows()} == {"interpolated"}
    (why,) = words.provenance["degraded"]
    assert why.startswith("English: word times are guesses, up to half a minute off")


def test_a_film_in_a_language_that_the_aligner_lacks_is_refused_in_a_sentence(models, recognised, tmp_path):
    given, _ = recognised
    hiss = inputs(tmp_path, np.zeros(RATE * 12, np.int16), REGIONS[:1])
    model = {"id": "asr", "family": "qwen3-asr", "path": str(models / "asr")}
    params = {"compute_type": "float32", "language": "cs"}
    done, out = run_stage("asr", hiss, tmp_path, params, "qwen", model)
    assert done.returncode == 0, done.stdout + done.stderr
    path = models / "aligner"
    model = {"id": "aligner", "family": "qwen3-aligner", "path": str(path)}
    inputs_of = {"audio": given["audio"], **{k: out / f"{k}.parquet" for k in ("segments", "words")}}
    done, _ = run_stage("alignment", inputs_of, tmp_path, {"align_model": str(path)}, "qwen", model)
    assert done.returncode == 1
    assert "--align-model qwen3-forced-aligner: it aligns Cantonese, Chinese, English" in (
        done.stdout + done.stderr
    )


def test_a_broken_folder_ends_the_stage_with_its_sentence(models, recognised, tmp_path):
    given, _ = recognised
    folder = shutil.copytree(models / "asr", tmp_path / "half")
    (folder / "vocab.json").unlink()
    model = {"id": "half", "family": "qwen3-asr", "path": str(folder)}
    done, _ = run_stage("asr", given, tmp_path, {"compute_type": "float32"}, "qwen", model)
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert f"{folder}: it has no vocab.json" in said
    assert "Traceback" not in said
