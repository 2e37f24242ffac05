"""Which aligner aligns which language; and a new one is a module and its lines in the registry."""

from __future__ import annotations

import weakref
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from ipc.artifacts import read, write
from ipc.declaration import Backend
from ipc.errors import StageError
from ipc.notes import FilmFacts
from stage_runners.alignment import aligners, loaded, runner
from stage_runners.alignment.aligner import Word
from stage_runners.alignment.notes import notes
from stage_runners.alignment.pieces import Piece
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
    assert choice.reasons == {"cs": "no aligner of it is on this disk"}
    assert aligners.chosen("auto", {}, ["en"]).described == "pocketsphinx"
    assert aligners.chosen("auto", {}, ["cs"]).described == "attention"


@pytest.mark.parametrize(
    ("spoken", "advice"),
    [(["nl"], "add --language nl, or --device alignment=cpu"), (["de", "nl"], "add --device alignment=cpu")],
)
def test_a_language_is_proposed_only_if_the_whole_film_is_in_it(spoken, advice):
    model, told = {"unfit": {"nl": "no layers for it"}}, []
    context = SimpleNamespace(model=model, fact=lambda *_: None, log=lambda *_: None, degraded=told.append)
    runner._report(aligners.chosen("auto", model, spoken), context)
    assert [said.partition("; ")[2] for said in told] == [advice]


def test_auto_does_without_an_aligner_that_cannot_run_here(monkeypatch):
    monkeypatch.setattr(aligners.pocketsphinx_aligner, "missing", lambda: "no dictionary")
    choice = aligners.chosen("auto", {}, ["en"])
    assert (choice.described, choice.reasons) == ("attention", {"en": "no dictionary"})


GERMAN = {"id": "maker/german", "family": "wav2vec2", "path": "/models/german", "licence": "Apache-2.0"}


@pytest.mark.usefixtures("complete")
def test_auto_aligns_each_language_with_its_model_on_the_disk_and_english_without_one():
    here = {"by_language": {"de": GERMAN, "en": {**GERMAN, "id": "maker/english"}}}
    choice = aligners.chosen("auto", here, ["en", "de", "cs"])
    assert choice.by_language == {"cs": "attention", "de": "wav2vec2", "en": "pocketsphinx"}
    assert choice.models == {"de": GERMAN}
    assert choice.described == "wav2vec2 for German, pocketsphinx for English, attention for the rest"
    assert choice.facts()["de"] == {
        "aligner": "wav2vec2", "model": "maker/german", "licence": "Apache-2.0", "because": "",
    }  # fmt: skip


def test_a_model_aligns_english_where_pocketsphinx_cannot_run(monkeypatch):
    monkeypatch.setattr(aligners.pocketsphinx_aligner, "missing", lambda: "no dictionary")
    assert aligners.chosen("auto", {"by_language": {"en": GERMAN}}, ["en"]).by_language == {"en": "wav2vec2"}


def test_a_language_whose_model_the_device_cannot_run_keeps_its_times_and_says_why():
    here = {"by_language": {"de": GERMAN}, "unfit": {"nl": "no layers for it"}}
    choice = aligners.chosen("auto", here, ["de", "nl"])
    assert (choice.by_language["nl"], choice.reasons) == ("attention", {"nl": "no layers for it"})


def said(aligners):
    return [note.text for note in notes(FilmFacts(facts={"alignment": {"aligners": aligners}}))]


def test_the_summary_names_models_their_licence_and_languages_without_an_aligner():
    facts = aligners.chosen(
        "auto", {"by_language": {"de": {**GERMAN, "licence": "CC-BY-NC-4.0"}}}, ["de", "cs"]
    )
    assert said(facts.facts()) == [
        (
            "Czech words keep the recogniser's times: no aligner of it is on this disk; get one: "
            "orchestrator models pull aligner:cs"
        ),
        "German words are timed by wav2vec2 (maker/german, CC-BY-NC-4.0: not for commercial use)",
    ]
    assert said(aligners.chosen("attention", {}, ["cs"]).facts()) == []


class Toy:
    """A module that counts how many of its networks are loaded."""

    LANGUAGES, FAMILIES = None, ("toy",)
    alive = 0
    most = 0

    def load(self, params, device):
        self.alive += 1
        self.most = max(self.most, self.alive)
        weakref.finalize(network := type("Network", (), {})(), self.forget)
        return network

    def forget(self):
        self.alive -= 1


def test_a_film_of_many_languages_holds_one_network_at_a_time(monkeypatch):
    toy = Toy()
    monkeypatch.setitem(loaded.ALIGNERS, "toy", toy)
    worker = loaded.Loaded({}, "cpu")
    for path in ("/german", "/german", "/czech", "/german"):
        worker.get("toy", {"path": path})
    assert (toy.most, toy.alive) == (1, 1)


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


def test_the_english_aligner_begins_each_film_anew_in_a_process_that_stays():
    """Its decoder remembers what it heard, so a film's times would depend on the film before."""

    class Recorder:
        begun = 0

        def begin(self):
            self.begun += 1

        def in_dictionary(self, word):
            return True

        def learn(self, words):
            pass

        def align(self, samples, words):
            return None

    class Film:
        sample_rate, samples = 16000, [0] * 16000

    recorder, films = Recorder(), [Film(), Film()]
    aligner = aligners.pocketsphinx_aligner.PocketsphinxAligner(recorder)
    piece, words = Piece(0, 1, 0.0, 1.0), [Word("hello", False, 0.0, 0.5)]
    begun = []
    for film in (films[0], films[0], films[1], films[0]):
        aligner.align(film, piece, words, "en")
        begun.append(recorder.begun)
    assert begun == [1, 1, 2, 3]
