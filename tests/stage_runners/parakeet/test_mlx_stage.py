"""Recognition by Parakeet on MLX, which on Linux computes on the CPU: a tiny network with random weights."""

from __future__ import annotations

import json
import shutil

import pytest

from ipc.artifacts import read
from tests.stage_runners import processes
from tests.stage_runners.parakeet.test_stage import LOUD, sound
from tests.stage_runners.recordings import inputs
from tests.stage_runners.spec import run_stage

pytestmark = pytest.mark.env("parakeet-mlx")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model") / "parakeet"
    done = processes.run("parakeet-mlx", "tests.stage_runners.parakeet.mlx_files", folder)
    assert not done.returncode, done.stderr
    return folder


def recognise(folder, model, **params):
    described = {"id": "parakeet-tdt-0.6b-v3", "family": "parakeet", "revision": "", "path": str(model)}
    given = inputs(folder, sound(), LOUD)
    done, out = run_stage("asr", given, folder, params, "parakeet-mlx", described, "mlx")
    said = done.stdout + done.stderr
    return said, None if done.returncode else read(out / "words.parquet", "words")


def test_the_stage_writes_words_inside_its_windows_with_probabilities(model, tmp_path):
    said, words = recognise(tmp_path, model, compute_type="float32")
    assert words is not None, said
    assert words.provenance["method"] == "parakeet-mlx, greedy TDT, float32"
    rows = words.rows()
    assert rows
    assert all(0.8 <= row["start"] <= row["end"] <= 10.2 and 0 < row["probability"] <= 1 for row in rows)
    assert {row["method"] for row in rows} == {"tdt"}


def longer(config):
    config["joint"]["vocabulary"] += ["more"]


def other(config):
    del config["model_defaults"]
    config["decoding"] = {"greedy": None}


def unknown(config):
    config["target"] = "nemo.collections.asr.models.aed_multitask_models.EncDecMultiTaskModel"


BROKEN = {
    longer: "its vocabulary has 9 tokens, its network 8",
    other: "it is a ParakeetRNNT and not a transducer with durations",
    unknown: "Model is not supported yet",
    None: "an incomplete download or corrupt file",
}
"""What is done to the configuration, or with None to the weights, and the words of the refusal."""


def test_the_decoding_equals_the_library_s_and_broken_files_are_refused(model, tmp_path):
    folders = []
    for number, change in enumerate(BROKEN):
        folders.append(shutil.copytree(model, tmp_path / str(number)))
        weights, file = folders[-1] / "model.safetensors", folders[-1] / "config.json"
        if change is None:
            weights.write_bytes(weights.read_bytes()[:5000])
            continue
        config = json.loads(file.read_text())
        change(config)
        file.write_text(json.dumps(config))
    done = processes.run("parakeet-mlx", "tests.stage_runners.parakeet.mlx_check", model, *folders)
    assert not done.returncode, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["ours"] == found["theirs"]
    assert len({text for text, _, _ in found["ours"]}) > 1
    assert {duration for _, _, duration in found["ours"]} > {0.08}
    for said, words in zip(found["refused"], BROKEN.values(), strict=True):
        assert "not a complete Parakeet model" in said
        assert words in said
