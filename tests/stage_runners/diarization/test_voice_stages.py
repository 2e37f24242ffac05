"""Voice activity and diarization in their environment, on the recording that pyannote.audio ships."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest

from tests.stage_runners.voices import check, heard, model, sample_pcm, sample_truth

pytestmark = [pytest.mark.env("pyannote", "models"), pytest.mark.slow]


@pytest.fixture(scope="module")
def sample():
    """PCM of the recording, and its truth as (start, end, speaker)."""
    return sample_pcm(), sample_truth()


def said(turns, step=0.01, seconds=30.0):
    """Who speaks at each step, of shape (steps, speakers)."""
    speakers = sorted({speaker for *_, speaker in turns})
    clock = np.arange(0, seconds, step)
    return np.stack(
        [np.any([(a <= clock) & (clock < b) for a, b, s in turns if s == who], axis=0) for who in speakers], 1
    )


def test_two_speakers_on_the_telephone_are_distinguished(sample, tmp_path):
    pcm, truth = sample
    found = heard(pcm, tmp_path)
    turns = [(r["start"], r["end"], r["speaker"]) for r in found["turns"].rows()]
    theirs, ours = said(truth), said(turns)
    assert ours.shape == theirs.shape
    errors = min(int((theirs != ours[:, order]).sum()) for order in ([0, 1], [1, 0]))
    assert errors / theirs.sum() < 0.1
    assert turns[0][2] == "SPEAKER_00"
    exclusive = found["exclusive"].rows()
    assert all(a["end"] <= b["start"] + 1e-9 for a, b in pairwise(exclusive))
    assert all(r["confidence"] is None or 0 <= r["confidence"] <= 1 for r in found["turns"].rows())
    for row in found["embeddings"].rows():
        assert np.linalg.norm(row["vector"]) == pytest.approx(1, abs=1e-4)
        assert row["seconds"] > 3
    for stage in ("silero_vad", "pyannote_vad"):
        speech = said([(r["start"], r["end"], "x") for r in found[f"{stage}.speech"].rows()])[:, 0]
        assert (speech == theirs.any(axis=1)).mean() > 0.95


def test_the_requested_number_of_speakers_is_used(sample, tmp_path):
    found = heard(sample[0], tmp_path, num_speakers=3)
    assert len(found["embeddings"].rows()) == 3


@pytest.mark.parametrize("samples", [0, 100, 48000])
def test_a_film_without_sound_gives_empty_tables(samples, tmp_path):
    found = heard(np.zeros(samples, np.int16), tmp_path)
    assert [name for name, artifact in found.items() if artifact.table.num_rows] == []


def test_our_networks_match_the_scores_of_the_originals():
    found = json.loads(check("diarization.networks_check", model("segmentation", "segmentation-3.0")["path"]))
    assert found["silero"] < 1e-4
    assert found["segmentation"] < 1e-5
    assert found["batches"] < 1e-4
    assert found["fbank"] < 1e-2


def test_our_pyannote_pipeline_gives_the_results_of_the_original(tmp_path):
    found = json.loads(
        check("diarization.pipeline_check", model("segmentation", "segmentation-3.0")["path"], tmp_path)
    )
    assert found["difference"] < 1e-6  # batches of other sizes round differently
    assert found["nan"] == 0
    assert found["turns"] > 0
    assert found["same"]
