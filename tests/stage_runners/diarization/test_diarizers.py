"""Which diarizer a model is for; and a new one is a module and a line in the registry."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ipc.artifacts import read
from ipc.declaration import Backend
from ipc.errors import ContractError, StageError
from stage_runners.diarization import diarizers
from stage_runners.diarization.limits import Limits, limits
from stage_runners.diarization.stage import DIARIZATION
from tests.stage_runners.recordings import RATE, inputs
from tests.stage_runners.spec import run_stage


def test_the_family_of_a_model_selects_its_diarizer():
    assert diarizers.name_for({"id": "campplus"}) == diarizers.name_for({"family": "campplus"}) == "embedded"
    assert diarizers.name_for({"id": "mine"}) == diarizers.name_for({"family": "pyannote"}) == "pyannote"
    with pytest.raises(ContractError, match="'sortformer'"):
        diarizers.name_for({"family": "sortformer"})


def test_a_pipeline_is_refused_on_mlx():
    with pytest.raises(StageError, match="mine/pipeline: does not run on mlx"):
        diarizers.load({"_model": {"id": "mine/pipeline", "path": "x"}}, "mlx")


@pytest.mark.parametrize(
    ("given", "bounds"),
    [
        ({}, Limits(1, None)),
        ({"num_speakers": 3}, Limits(3, 3)),
        ({"min_speakers": 2, "max_speakers": 4}, Limits(2, 4)),
    ],
)
def test_speaker_limits_are_read_from_the_parameters(given, bounds):
    assert limits(given) == bounds


@pytest.mark.parametrize(
    "given", [{"min_speakers": 3, "max_speakers": 2}, {"num_speakers": 1, "min_speakers": 2}]
)
def test_numbers_of_speakers_that_contradict_one_another_are_an_error(given):
    with pytest.raises(StageError, match="contradict each other"):
        limits(given)


def test_a_new_diarizer_gives_turns_through_the_real_process(tmp_path):
    given = inputs(tmp_path, np.zeros(6 * RATE, np.int16), [(0.5, 1.5), (2.0, 3.0), (4.0, 5.0)])
    given["scores"] = tmp_path / "scores.arrow"  # it does not read them
    backend = Backend(device="cpu", env="pyannote", runner="tests.stage_runners.diarization.toy_runner")
    model = {"id": "toy", "family": "toy", "revision": "", "path": "none"}
    stage = replace(DIARIZATION, backends=(backend,))
    done, out = run_stage(stage, given, tmp_path, {"max_speakers": 2}, model=model)
    assert done.returncode == 0, done.stdout + done.stderr
    turns = read(out / "turns.parquet", "turns")
    assert [row["speaker"] for row in turns.rows()] == ["SPEAKER_00", "SPEAKER_01", "SPEAKER_00"]
    assert turns.provenance["method"] == "by turns"
    assert [row["speaker"] for row in read(out / "embeddings.arrow", "embeddings").rows()] == [
        "SPEAKER_00",
        "SPEAKER_01",
    ]
