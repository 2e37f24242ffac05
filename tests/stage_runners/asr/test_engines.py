"""An engine of recognition is a module and a line in the registry.

Shown by one that has no likelihoods, through the real process.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from ipc.artifacts import read, write
from ipc.errors import ContractError
from stage_runners.asr import engines
from stage_runners.asr.stage import ASR
from tests.stage_runners.asr import toy_engine
from tests.stage_runners.recordings import RATE, inputs
from tests.stage_runners.spec import run_stage

REGIONS = [(1.0, 3.2), (5.6, 6.1)]
"""Speech with a pause in one window: what the engine makes up is written into the pause."""
STAGE = replace(ASR, backends=toy_engine.ENGINE.backends)


def recognise(folder, kind="timed", given=None, regions=REGIONS, **params):
    folder.mkdir(exist_ok=True)
    (folder / "model").write_text(kind)
    model = {"id": "toy-1", "family": "toy", "revision": "", "path": str(folder / "model")}
    hiss = np.random.default_rng(0).normal(0, 400, 14 * RATE).astype(np.int16)
    files = {**inputs(folder, hiss, regions), **(given or {})}
    done, out = run_stage(STAGE, files, folder, {"language": "en", **params}, model=model)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr, {
        name: read(out / f"{name}.parquet", name) for name in ("segments", "words", "doubts")
    }


@pytest.fixture(scope="module")
def recognised(tmp_path_factory):
    return recognise(tmp_path_factory.mktemp("toy"))


def test_an_engine_without_likelihoods_writes_segments_and_words(recognised):
    segments = recognised[1]["segments"].rows()
    assert [row["text"] for row in segments] == ["Good evening.", "We sail at dawn."]
    assert {row["avg_logprob"] for row in segments} == {None}
    assert {row["language"] for row in segments} == {"en"}
    words = recognised[1]["words"].rows()
    assert {row["method"] for row in words} == {"toy"}
    assert [round(row["start"], 2) for row in words[:3]] == [1.1, 1.43, 1.77]
    assert recognised[1]["segments"].provenance["method"] == "toy"


def test_hallucinated_lines_are_dropped(recognised):
    (doubt,) = [row for row in recognised[1]["doubts"].rows() if row["verdict"] == "dropped"]
    assert doubt["text"] == "Please like and subscribe."
    assert len(doubt["reasons"]) == 3


def test_missed_speech_is_recovered_on_the_second_pass(tmp_path):
    _, tables = recognise(tmp_path, regions=[(1.0, 3.2), (9.9, 11.2)])
    assert [row["text"] for row in tables["segments"].rows()][-1] == "Bring the charts."
    assert [row["verdict"] for row in tables["doubts"].rows()] == ["recovered"]


def test_words_without_times_are_interpolated_and_have_no_probability(tmp_path):
    said, tables = recognise(tmp_path, "plain", second_look=False)
    words = tables["words"].rows()
    assert [row["text"] for row in words] == [*toy_engine.SAID, *toy_engine.MADE_UP]
    assert {row["method"] for row in words} == {"interpolated"}
    assert {row["probability"] for row in words} == {None}
    assert all(one["end"] <= other["start"] + 1e-9 for one, other in pairwise(words))
    assert {row["confidence"] for row in tables["segments"].rows()} == {None}
    assert "degraded" not in said


def test_an_undetected_language_stays_unknown(tmp_path):
    said, tables = recognise(tmp_path, language=None)
    assert {row["language"] for row in tables["segments"].rows()} == {"und"}
    assert "does not detect the film's language; set it with --language" in said
    assert "degraded" not in said


def test_unsupported_hotwords_degrade_the_result_and_the_glossary_is_not_used(tmp_path):
    glossary = tmp_path / "glossary.parquet"
    row = {"term": "Dawn", "kind": "given", "source": "x", "weight": 1.0, "variants": []}
    write(glossary, "glossary", {key: [value] for key, value in row.items()})
    said, tables = recognise(tmp_path / "run", given={"glossary": glossary}, hotwords="Dawn")
    assert "the glossary is not used" in said
    assert tables["segments"].provenance["degraded"] == [
        "--hotwords has no effect: this engine takes no prompt"
    ]


def test_a_model_is_read_by_the_engine_of_its_family():
    assert engines.name_for({}) == engines.name_for({"family": "whisper"}) == "whisper"
    assert engines.name_for({"family": "parakeet"}) == "parakeet"
    with pytest.raises(ContractError, match="'cockatoo'"):
        engines.name_for({"family": "cockatoo"})


def test_an_engine_that_misstates_its_capabilities_is_refused(monkeypatch, tmp_path):
    monkeypatch.setitem(engines.ENGINES, "toy", toy_engine)
    (tmp_path / "model").write_text("timed")
    model = {"family": "toy", "path": tmp_path / "model"}
    assert engines.load({"_model": model}, "cpu").capabilities.word_times == "toy"
    monkeypatch.setattr(toy_engine.Toy, "scorer", object(), raising=False)
    with pytest.raises(ContractError, match="scores_text"):
        engines.load({"_model": model}, "cpu")
