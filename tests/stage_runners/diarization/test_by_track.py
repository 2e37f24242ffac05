"""The stage diarization for a film with a track for each speaker, in its environment."""

from __future__ import annotations

import numpy as np
import pytest

from ipc.artifacts import read, write, write_audio
from tests.stage_runners.apart import microphones
from tests.stage_runners.spec import run_stage
from tests.stage_runners.voices import model

pytestmark = [pytest.mark.env("pyannote", "models"), pytest.mark.slow]
LABELS = ["SPEAKER_00", "SPEAKER_01"]


def diarized(tracks, folder):
    """The tables of the stage: turns, exclusive turns, embeddings."""
    write_audio(folder / "audio.arrow", np.sum(tracks, axis=0).astype(np.int16))
    write_audio(folder / "voices.arrow", np.concatenate(tracks))
    rows = {"speaker": LABELS, "confidence": [0.0, 0.0], "source": ["none"] * 2, "evidence": [[], []]}
    write(folder / "titles.parquet", "speakers", rows)
    inputs = {name: folder / f"{name}.arrow" for name in ("audio", "voices", "speech", "scores")}
    inputs["titles"] = folder / "titles.parquet"  # speech and scores of the mix are not read
    done, out = run_stage(
        "diarization", inputs, folder, env="pyannote", model=model("diarization", "embedded")
    )
    assert done.returncode == 0, done.stderr
    return (
        read(out / "turns.parquet", "turns").rows(),
        read(out / "exclusive_turns.parquet", "turns").rows(),
        read(out / "embeddings.arrow", "embeddings").rows(),
    )


def active(turns, label):
    """Where a speaker talks, each 10 ms of the recording."""
    clock = np.arange(3000) / 100
    spans = [(start, end) for start, end, who in turns if who == label]
    return np.any([(start <= clock) & (clock < end) for start, end in spans] or [clock < 0], axis=0)


def test_each_speaker_is_found_in_the_own_track_alone(tmp_path):
    tracks, truth = microphones()
    turns, alone, embeddings = diarized(tracks, tmp_path)
    found = [(row["start"], row["end"], row["speaker"]) for row in turns]
    people = sorted({turn[2] for turn in truth})
    pairs = [(active(found, l), active(truth, p)) for l, p in zip(LABELS, people, strict=True)]  # noqa: E741
    errors = sum(int((ours != theirs).sum()) for ours, theirs in pairs)
    assert errors / sum(int(theirs.sum()) for _, theirs in pairs) < 0.1
    assert any(pairs[0][0] & pairs[1][0])
    one = [active([(r["start"], r["end"], r["speaker"]) for r in alone], label) for label in LABELS]
    assert not (one[0] & one[1]).any()
    assert [row["speaker"] for row in embeddings] == LABELS
    vectors = np.array([row["vector"] for row in embeddings])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-4)
    assert vectors[0] @ vectors[1] < 0.6  # two people


def test_tracks_without_a_sound_have_no_speakers(tmp_path):
    silence = np.zeros(16_000, np.int16)
    assert diarized([silence, silence], tmp_path) == ([], [], [])
