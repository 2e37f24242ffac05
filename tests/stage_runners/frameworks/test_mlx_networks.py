"""The voice networks in MLX against those in torch: scores and embeddings.

What the stages make of them is compared by tests/e2e/test_mlx.py, on a film.
"""

from __future__ import annotations

import json

import pytest

from ipc.errors import StageError
from stage_runners.diarization.runner import load
from tests.stage_runners.voices import check, model, sample_path

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


def test_a_whole_pipeline_is_refused_on_mlx(tmp_path):
    whole = {"id": "pyannote/speaker-diarization-community-1", "path": str(tmp_path)}
    with pytest.raises(StageError, match="community-1: does not run on mlx"):
        load({"_model": whole}, "mlx")
