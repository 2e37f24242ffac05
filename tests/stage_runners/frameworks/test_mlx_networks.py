"""The voice networks in MLX against those in torch: scores, embeddings, and what the stages make of them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ipc.errors import StageError
from stage_runners.diarization.runner import load
from tests.stage_runners.voices import check, heard, model, sample_path, sample_pcm

pytestmark = [pytest.mark.env("mlx", "pyannote", "models"), pytest.mark.slow]


@pytest.fixture(scope="module")
def found():
    """What tests/stage_runners/frameworks/mlx_networks_check.py measured."""
    paths = [
        model(*role)["path"] for role in (("segmentation", "segmentation-3.0"), ("diarization", "embedded"))
    ]
    return json.loads(check("frameworks/mlx_networks_check.py", sample_path(), *paths, env="mlx"))


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


def test_regions_and_turns_are_those_of_the_cpu(tmp_path):
    ours = heard(sample_pcm(), tmp_path / "mlx", env="mlx", device="mlx")
    theirs = heard(sample_pcm(), tmp_path / "cpu")
    assert ours["turns"].provenance["device"] == "mlx"
    for name in ("silero_vad.speech", "pyannote_vad.speech", "pyannote_vad.overlap", "turns", "exclusive"):
        kept = [name for name in ("start", "end", "speaker") if name in ours["turns"].table.column_names]
        a, b = (
            [[row.get(column) for column in kept] for row in side[name].rows()] for side in (ours, theirs)
        )
        assert a == b, name
        assert a, name
    vectors = [np.array([row["vector"] for row in side["embeddings"].rows()]) for side in (ours, theirs)]
    assert np.abs(vectors[0] - vectors[1]).max() < 1e-5


def test_a_whole_pipeline_is_refused_on_mlx(tmp_path):
    whole = {"id": "pyannote/speaker-diarization-community-1", "path": str(tmp_path)}
    with pytest.raises(StageError, match="community-1: does not run on mlx"):
        load({"_model": whole}, "mlx")
