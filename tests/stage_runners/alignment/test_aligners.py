"""Which aligner aligns which language; and a new one is a module and its lines in the registry."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ipc.artifacts import read, write
from ipc.declaration import Backend
from ipc.errors import StageError
from stage_runners.alignment import aligners
from stage_runners.alignment.stage import ALIGNMENT
from tests.stage_runners.recordings import RATE, inputs
from tests.stage_runners.rows import segment, word
from tests.stage_runners.spec import run_stage


@pytest.fixture
def complete(monkeypatch):
    monkeypatch.setattr(aligners.pocketsphinx_aligner, "missing", lambda: "")


@pytest.mark.usefixtures("complete")
def test_auto_chooses_each_languages_best_aligner_and_reports_languages_without_one():
    choice = aligners.chosen("auto", {}, ["en", "cs", "en"])
    assert choice.by_language == {"cs": "attention", "en": "pocketsphinx"}
    assert choice.described == "pocketsphinx for English, attention for the rest"
    assert choice.reasons == ("no aligner for cs at hand; --align-model takes a wav2vec2 model of it",)
    assert aligners.chosen("auto", {}, ["en"]).described == "pocketsphinx"
    assert aligners.chosen("auto", {}, ["cs"]).described == "attention"


def test_auto_does_without_an_aligner_that_cannot_run_here(monkeypatch):
    monkeypatch.setattr(aligners.pocketsphinx_aligner, "missing", lambda: "no dictionary")
    choice = aligners.chosen("auto", {}, ["en"])
    assert (choice.described, choice.reasons) == ("attention", ("no dictionary",))


def test_a_requested_aligner_that_cannot_run_here_is_an_error(monkeypatch):
    monkeypatch.setattr(aligners.pocketsphinx_aligner, "missing", lambda: "no dictionary")
    with pytest.raises(StageError, match="pocketsphinx cannot run here: no dictionary"):
        aligners.chosen("pocketsphinx", {}, ["en"])
    with pytest.raises(StageError, match="aligns English only; the film is in cs"):
        aligners.chosen("pocketsphinx", {}, ["cs"])


def test_a_model_is_aligned_by_the_aligner_of_its_family_in_every_language():
    for model in ({}, {"family": "wav2vec2"}):
        assert aligners.chosen("someone/model", model, ["cs", "de"]).described == "wav2vec2"


def test_requested_attention_times_are_not_reported():
    assert aligners.chosen("attention", {}, ["en", "cs"]) == aligners.Choice(
        {"cs": "attention", "en": "attention"}
    )


def test_a_new_aligner_gives_word_times_through_the_real_process(tmp_path):
    given = inputs(tmp_path, np.zeros(4 * RATE, np.int16), [])
    words = [word("Ahoj,", 1.0, 1.4, segment=0), word("kdo?", 1.6, 1.9, segment=0)]
    rows = [segment(0, 1.0, 1.9, "Ahoj, kdo?", language="cs")]
    for name, table in (("segments", rows), ("words", words)):
        given[name] = tmp_path / f"{name}.parquet"
        write(given[name], name, {key: [row[key] for row in table] for key in table[0]})
    del given["speech"]
    backend = Backend(device="cpu", env="whisperx", runner="tests.stage_runners.alignment.toy_runner")
    done, out = run_stage(replace(ALIGNMENT, backends=(backend,)), given, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    table = read(out / "words.parquet", "words")
    found = [(row["method"], round(row["start"], 2), row["score"]) for row in table.rows()]
    assert found == [("toy", 1.1, 0.5), ("attention", 1.6, None)]
    assert table.provenance["method"] == "toy"
