"""wav2vec2 in MLX against torch, with networks of random weights in the forms of the published ones.

docs/decisions/2026-11-29-word-times.md has the figures of networks of full size.
"""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest

from stage_runners.alignment.stage import ALIGNMENT
from tests.stage_runners import processes
from tests.stage_runners.alignment import words_of_a_talk as talk
from tests.stage_runners.recordings import packaged

pytestmark = [pytest.mark.env("whisperx", "mlx"), pytest.mark.slow]
FORMS = ("base", "large", "xlsr")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a model of each form, and the log-probabilities of both frameworks."""
    folder = tmp_path_factory.mktemp("wav2vec2")
    np.save(folder / "pcm.npy", packaged()[7 * 16000 : 10 * 16000 + 77].astype(np.float32) / 32768)
    for env in ("whisperx", "mlx"):
        module = f"tests.stage_runners.alignment.wav2vec2_{'mlx' if env == 'mlx' else 'torch'}_check"
        done = processes.run(env, module, folder, folder / "pcm.npy")
        assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("form", FORMS)
def test_log_probabilities_match_torch(place, form):
    theirs, ours = (np.load(place / f"{form}-{framework}.npy") for framework in ("torch", "mlx"))
    assert theirs.shape == ours.shape
    assert theirs.std() > 0.05
    assert np.abs(theirs - ours).max() < 1e-4


def test_the_forms_are_different_networks(place):
    outputs = [np.load(place / f"{form}-mlx.npy") for form in FORMS]
    assert all(np.abs(a - b).max() > 0.01 for a, b in pairwise([outputs[0], outputs[2]]))


def test_words_get_the_same_times_on_mlx_as_on_the_cpu(place, tmp_path):
    times = {}
    for env, device in (("whisperx", "cpu"), ("mlx", "mlx")):
        done, _, words = talk.align(
            tmp_path / device, talk.samples(), talk.SAID, language="cs", align_model="mine",
            path=place / "xlsr", env=env, device=device,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        times[device] = [(word["start"], word["end"], word["method"]) for word in words]
    assert times["mlx"] == times["cpu"]
    assert sum(method == "wav2vec2" for _, _, method in times["cpu"]) >= 8


def test_apple_s_gpu_is_tried_with_mlx_before_torch():
    devices = [backend.device for backend in ALIGNMENT.backends]
    assert devices.index("mlx") < devices.index("mps")


def test_a_form_without_layers_is_refused_with_the_way_out(tmp_path):
    folder = tmp_path / "adapted"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "wav2vec2", "adapter_attn_dim": 16}))
    np.save(tmp_path / "pcm.npy", np.zeros(16000, np.float32))
    done = processes.run(
        "mlx", "tests.stage_runners.alignment.wav2vec2_mlx_check", tmp_path, tmp_path / "pcm.npy"
    )
    assert "adapted: a wav2vec2 network of a form that MLX has no layers for" in done.stderr
