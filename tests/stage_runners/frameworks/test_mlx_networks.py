"""The voice networks in MLX against those in torch: scores, embeddings, and what the stages make of them."""

from __future__ import annotations

import json
import os

import pytest

from ipc.errors import StageError
from orchestrator.environments.process_env import for_worker
from orchestrator.runs.compare_results import TIME_TOLERANCE, share_of_difference
from stage_runners.diarization.runner import load
from tests.stage_runners.spec import threads
from tests.stage_runners.voices import check, heard, model, sample_path, sample_pcm

pytestmark = [pytest.mark.env("mlx", "pyannote", "models"), pytest.mark.slow]


@pytest.fixture(scope="module")
def found():
    """What tests/stage_runners/frameworks/mlx_networks_check.py measured."""
    paths = [
        model(*role)["path"] for role in (("segmentation", "segmentation-3.0"), ("diarization", "embedded"))
    ]
    return json.loads(check("frameworks.mlx_networks_check", sample_path(), *paths, env="mlx"))


def test_silero_scores_match_torch_even_across_blocks(found):
    assert found["silero"]["max"] < 1e-4
    assert found["silero"]["mean"] < 1e-6
    assert found["silero"]["same"]


def test_segmentation_scores_match_torch_in_any_batch_size(found):
    assert found["segmentation"]["max"] < 5e-4
    assert found["segmentation"]["mean"] < 1e-5
    assert found["segmentation"]["same"]
    assert found["segmentation"]["batches"] < 1e-4


@pytest.mark.parametrize("pieces", ["pieces", "longer"])
def test_speaker_embeddings_match_torch(found, pieces):
    assert found["voices"][pieces]["max"] < 1e-4
    assert found["voices"][pieces]["mean"] < 1e-5
    assert found["voices"][pieces]["cosine"] > 1 - 1e-6


def test_gates_are_the_same_fused_as_on_a_gpu(found):
    if found["fused"] is None:
        pytest.skip("no C++ compiler to fuse with on this CPU")
    assert found["fused"] < 1e-6


def test_the_stages_write_what_the_cpu_s_write(tmp_path, monkeypatch):
    """As the device check compares them, on a part in which both people speak."""
    pcm = sample_pcm()[8 * 16000 : 18 * 16000]
    cpu = heard(pcm, tmp_path / "cpu")
    for name, value in for_worker("mlx", "mlx", threads(), os.environ).items():
        monkeypatch.setenv(name, value)
    mlx = heard(pcm, tmp_path / "mlx", "mlx", "mlx")
    for name in ("silero_vad.speech", "pyannote_vad.speech", "turns", "exclusive"):
        ours, theirs = mlx[name].rows(), cpu[name].rows()
        assert theirs
        assert share_of_difference(theirs, ours) <= TIME_TOLERANCE, name


def test_a_whole_pipeline_is_refused_on_mlx(tmp_path):
    whole = {"id": "pyannote/speaker-diarization-community-1", "path": str(tmp_path)}
    with pytest.raises(StageError, match="community-1: does not run on mlx"):
        load({"_model": whole}, "mlx")
